// Names and keys that ipywidgets leaves out, given as soon as a widget stands on the page.
(() => {
  const text = (element) => (element ? element.textContent.trim() : "");

  // A slider's handle is called what stands beside it, and says what it shows.
  function nameSlider(slider) {
    const handle = slider.querySelector(".noUi-handle"), readout = slider.querySelector(".widget-readout");
    if (!handle || handle.hasAttribute("aria-label")) return;
    handle.setAttribute("aria-label", text(slider.querySelector(".widget-label")));
    readout.removeAttribute("contenteditable");    // the handle takes the keys
    const say = () => {
      if (handle.getAttribute("aria-valuetext") !== text(readout)) handle.setAttribute("aria-valuetext", text(readout));
    };
    new MutationObserver(say).observe(readout, {childList: true, characterData: true, subtree: true});
    new MutationObserver(say).observe(handle, {attributeFilter: ["aria-valuetext"]});
    say();
  }

  let quizzes = 0;
  // The options of a quiz are one group, called by its question.
  function nameQuiz(box) {
    const quiz = box.closest(".widget-vbox"), question = quiz && quiz.querySelector(".widget-html-content p");
    box.setAttribute("role", "radiogroup");
    box.setAttribute("aria-label", text(question) || "your answer");
    box.querySelectorAll("input").forEach((radio) => { radio.name = `quiz-${quizzes}`; });    // so arrow keys go from one to the next
    quizzes += 1;
  }

  // What is wider than its frame can be reached by keys, and only then.
  function reach(frame) {
    if (frame.scrollWidth > frame.clientWidth + 1 && getComputedStyle(frame).overflowX !== "visible") {
      frame.tabIndex = 0;
      frame.setAttribute("role", "region");
      frame.setAttribute("aria-label", "a picture wider than the page");
    } else if (frame.getAttribute("role") === "region") {
      ["tabindex", "role", "aria-label"].forEach((name) => frame.removeAttribute(name));
    }
  }

  // The numbers of a picture explain themselves, as they do in a notebook.
  const hand = import(new URL("hand.js", document.currentScript.src).href);
  async function explains(box) {
    const {attach, lineIn} = await hand;
    if (box.dataset.explains) return;
    box.dataset.explains = "yes";
    const line = lineIn(box), note = box.querySelector(".needs-kernel");
    note?.closest(".widget-html").before(line);
    attach(box, line);
  }

  // The theme turns icons into drawings, which the play button, setting them anew, would not find.
  const icons = ["fa-play", "fa-stop", "fa-retweet"];
  function keepIcons(play) {
    play.querySelectorAll("button").forEach((button, k) => {
      if (!button.querySelector("i")) button.innerHTML = `<i class="fa ${icons[k]}"></i>`;
    });
  }

  function look() {
    window.FontAwesome?.noAuto();
    document.querySelectorAll(".revlib-play").forEach(keepIcons);
    document.querySelectorAll(".revlib-panel:has(svg [data-block])").forEach(explains);
    document.querySelectorAll(".widget-slider").forEach(nameSlider);
    document.querySelectorAll(".widget-radio-box:not([role])").forEach(nameQuiz);
    document.querySelectorAll(".widget-subarea .widget-html-content, .cell_output .text_html").forEach(reach);
  }

  // A frame that is taken away leaves its height until the next one stands there: the page does not jump.
  const heights = new ResizeObserver((entries) => entries.forEach(({target}) => {
    if (target.offsetHeight > (parseFloat(target.style.minHeight) || 0)) target.style.minHeight = `${target.offsetHeight}px`;
  }));

  let waiting = false;
  const soon = () => {
    if (!waiting) requestAnimationFrame(() => { waiting = false; look(); });
    waiting = true;
  };
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(soon).observe(document.body, {childList: true, subtree: true});
    addEventListener("resize", soon);
    soon();
  });
  window.book = {heights};
})();

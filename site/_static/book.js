// Panels that were drawn beforehand, and quizzes: what moves on a page without a kernel.
// revlib/panels/static.py and quiz.py write their HTML.
(() => {
  // The numbers of a picture explain themselves, as they do in a notebook.
  const hand = import(new URL("hand.js", document.currentScript.src).href);
  async function explain(panel, frame) {
    const { attach, lineIn } = await hand;
    const line = lineIn(panel);
    frame.after(line);
    attach(panel, line);
  }

  // A panel's frames, its selectors, and the button that steps on.
  function bringToLife(panel) {
    const frame = panel.querySelector(".frame");
    const selectors = [...panel.querySelectorAll("label [data-axis]")];
    const counts = selectors.map((one) => (one.options?.length ?? Number(one.max) + 1));
    let drawn = null; // read when something moves first

    function place(selector) {
      return selector.options ? selector.selectedIndex : Number(selector.value);
    }

    function draw() {
      drawn ??= JSON.parse(panel.querySelector("script").textContent);
      const index = selectors.reduce((sum, selector, axis) => sum * counts[axis] + place(selector), 0);
      frame.style.minHeight = `${frame.offsetHeight}px`; // the page does not jump
      frame.innerHTML = drawn.frames[index].map((piece) => drawn.pieces[piece]).join("<");
      selectors.filter((one) => one.dataset.values).forEach(say);
      reach(frame);
    }

    function say(slider) {
      const text = JSON.parse(slider.dataset.values)[place(slider)];
      slider.setAttribute("aria-valuetext", text);
      slider.nextElementSibling.textContent = text;
    }

    selectors.forEach((selector) => selector.addEventListener("input", draw));
    panel.querySelectorAll(".revlib-play").forEach((button) => {
      const selector = selectors[Number(button.dataset.axis)];
      const last = counts[Number(button.dataset.axis)] - 1;
      const name = button.textContent;
      let ticking = 0;

      function go(to) {
        if (selector.options) selector.selectedIndex = to;
        else selector.value = to;
        draw();
      }

      function stop() {
        clearInterval(ticking);
        ticking = 0;
        button.textContent = name;
      }

      button.addEventListener("click", () => {
        if (ticking) return stop();
        button.textContent = name.replace("play", "pause");
        if (place(selector) === last) go(0);
        ticking = setInterval(() => {
          const before = frame.innerHTML;
          if (place(selector) < last) go(place(selector) + 1);
          if (place(selector) === last || frame.innerHTML === before) stop(); // nothing more to see
        }, Number(button.dataset.pause));
      });
    });
    if (frame.querySelector("svg [data-block]")) explain(panel, frame);
  }

  // The reply to the answer that is chosen; the options are one group, so that arrows walk in it.
  function askInEarnest(quiz, count) {
    quiz.setAttribute("role", "radiogroup");
    const replies = [...quiz.querySelectorAll("template")];
    quiz.querySelectorAll("input").forEach((radio, k) => {
      radio.name = `quiz-${count}`;
      radio.addEventListener("change", () => { quiz.lastElementChild.innerHTML = replies[k].innerHTML; });
    });
  }

  // What is wider than its frame can be reached by keys, and only then.
  function reach(frame) {
    if (frame.dataset.revlib) return; // they walk in it already
    if (frame.scrollWidth > frame.clientWidth + 1 && getComputedStyle(frame).overflowX !== "visible") {
      frame.tabIndex = 0;
      frame.setAttribute("role", "region");
      frame.setAttribute("aria-label", `a ${frame.matches(".katex-display") ? "formula" : "picture"} wider than the page`);
    } else if (frame.getAttribute("role") === "region") {
      ["tabindex", "role", "aria-label"].forEach((name) => frame.removeAttribute(name));
    }
  }
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".revlib-frames").forEach(bringToLife);
    document.querySelectorAll(".revlib-quiz").forEach(askInEarnest);
    document.querySelectorAll(".revlib-frames .frame, .cell_output .text_html, .katex-display").forEach((frame) => sizes.observe(frame));
  });
})();

// ipywidgets asks MathJax 2 to look at each of its labels. The pages have MathJax 3, which needs no asking.
(() => {
  const Hub = {Queue() {}};
  window.MathJax = {
    Hub,
    options: {processHtmlClass: "tex2jax_process|mathjax_process|math|output_area"},
    startup: {ready() { MathJax.startup.defaultReady(); MathJax.Hub = Hub; }},
  };
})();

"""A Sphinx extension: formulas are set by KaTeX while the site is built, so no page needs a script
for them. One process of Node.js is asked for each, a line of JSON there and a line back.
"""

import json
import pathlib
import subprocess

from docutils import nodes
from sphinx.util import logging

KATEX = pathlib.Path(__file__).parent / "node_modules" / "katex" / "dist" / "katex.js"
ANSWER = """
const katex = require(process.argv[1]);
require("readline").createInterface({input: process.stdin}).on("line", (line) => {
  const {formula, display} = JSON.parse(line);
  let answer;
  try {
    answer = {html: katex.renderToString(formula, {displayMode: display, strict: "error"})};
  } catch (error) {
    answer = {error: error.message};
  }
  console.log(JSON.stringify(answer));
});
"""
logger = logging.getLogger(__name__)


class Node:
    """The process that sets formulas, started when the first one is asked for."""

    def __init__(self):
        self.process = None

    def html(self, formula, display):
        """Return a formula as HTML; ValueError, which says why, if KaTeX cannot read it."""
        if self.process is None:
            pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
            self.process = subprocess.Popen(["node", "-e", ANSWER, str(KATEX)], **pipes)
        self.process.stdin.write(json.dumps({"formula": formula, "display": display}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"Node.js ended with {self.process.wait()}. Is {KATEX} there?")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["html"]

    def stop(self, app, exception):
        """End the process, with the build."""
        if self.process is not None:
            self.process.communicate()
            self.process = None


NODE = Node()


def visit(writer, node, display):
    """Write a formula into a page; a warning if KaTeX cannot read it."""
    try:
        html = NODE.html(node.astext(), display)
    except ValueError as error:
        logger.warning("a formula cannot be set: %s", error, location=node)
        html = writer.encode(node.astext())
    tag = "div" if display else "span"
    writer.body.append(writer.starttag(node, tag, "", CLASS="math") + html + f"</{tag}>")
    raise nodes.SkipNode


def setup(app):
    """Tell Sphinx who sets formulas."""
    inline = (lambda writer, node: visit(writer, node, False), None)
    block = (lambda writer, node: visit(writer, node, True), None)
    app.add_html_math_renderer("katex", inline_renderers=inline, block_renderers=block)
    app.add_css_file("katex/katex.css")
    app.connect("build-finished", NODE.stop)
    return {"parallel_read_safe": True, "parallel_write_safe": False}  # one process for all

// A picture's numbers explain themselves, and are taken in hand.
//
// It adds to a picture that is there without it. A block of cells is <g data-block="S(2)">: rects,
// and a <g> with a text for each. Its reason, data-why, is a sum of terms with ";" between, each an
// operation and the blocks it reads:
//
//   add|A                  the same place of A
//   dot|A|W                A times a column of W          (A a vector, W a matrix)
//   dotT|A|W               A times a row of W
//   back|A|W|S|relu        as dotT, through the slope of the activation at S
//   pick|W|2               row 2 of W
//   times|A|B              the same places of A and B
//   less|A|B               A minus B
//   relu|A, tanh|A, exp|A  a function of the same place of A
//   shift|A|T              A / T minus the largest of them
//   part|A                 A divided by the sum of all of A
//   miss|A|2|0.5           (A minus 1 at place 2, minus 0 elsewhere) times 0.5
//
// "relu:" or "softmax:" before it is done to the sum.

const MOST = 6; // terms that are said one by one
const SLOPES = { relu: (s) => (s > 0 ? 1 : 0), tanh: (s) => 1 - s * s, linear: () => 1 };
const CURVES = { relu: (x) => Math.max(x, 0), tanh: Math.tanh, linear: (x) => x };
const NAMES = { relu: "ReLU", tanh: "tanh", linear: "" };

const write = (text) => text.replaceAll("-", "−");
const read = (text) => Number(text.replaceAll("−", "-"));
const short = (x) => {
  const small = x !== 0 && Math.abs(x) < 1e-3;
  return write(small || Math.abs(x) >= 1e6 ? x.toExponential(1) : String(Number(x.toPrecision(4))));
};
const within = (x) => (x < 0 ? `(${short(x)})` : short(x));

// ------------------------------------------------------------------ reading a picture

/** The cells of a block, and what they hold. */
class Block {
  constructor(group) {
    this.group = group;
    this.name = group.dataset.block;
    this.names = (group.dataset.names || "").split(" ").filter(Boolean);
    this.rows = (group.dataset.rows || "").split(" ").filter(Boolean);
    this.scale = Number(group.dataset.scale || 1);
    this.letters = (group.dataset.letters || "").split(" ").filter(Boolean);
    this.step = Number(group.dataset.step || 0);
    this.why = group.dataset.why || "";
    this.cells = [...group.children].filter((e) => e.tagName === "rect");
    this.columns = Number(group.dataset.columns || this.cells.length);
    const texts = [...group.querySelectorAll("text")].map((e) => e.textContent);
    const exact = group.dataset.v?.split(" ");
    this.texts = texts;
    this.values = texts.map((text, k) => (text === "" ? NaN : exact ? Number(exact[k]) : read(text)));
  }

  get length() {
    return this.cells.length;
  }

  at(row, column) {
    return this.values[row * this.columns + column];
  }

  cell(row, column) {
    return this.cells[row * this.columns + column];
  }

  get held() {
    return this.step > 0 || this.letters.length > 0;
  }

  /** What a cell is called: "Wh[b, 3]", "unit 3 of S(2)", "'c' of p(1)". */
  called(k) {
    const name = this.name || "number";
    if (this.letters.length) return `letter ${k + 1} of the ${name}`;
    const [row, column] = [Math.floor(k / this.columns), k % this.columns];
    if (this.columns > 1 && this.columns < this.length) {
      return `${name}[${this.rows[row] ?? row + 1}, ${this.names[column] ?? column + 1}]`;
    }
    const own = this.names[k] ?? `${k + 1}`;
    if (this.step) return `${name}[${own}]`;
    return /^\d+$/.test(own) ? `unit ${own} of ${name}` : `'${own}' of ${name}`;
  }
}

/** All blocks in a panel's pictures, in the order drawn. */
const blocksOf = (root) =>
  [...root.querySelectorAll("svg [data-block]")].map((group) => new Block(group));

// ------------------------------------------------------------------ explaining

/** The terms of a reason at place k: {text, value, cells}. */
function terms(why, k, find) {
  return why.split(";").flatMap((term) => {
    const [operation, ...args] = term.split("|");
    const [A, B, S] = args.map((name) => find(name));
    const product = (cells, ...factors) => ({
      cells,
      value: factors.reduce((x, y) => x * y, 1),
      shown: factors.reduce((x, y) => x * read(short(y)), 1),
      text: factors.map((x, i) => (i ? within(x) : short(x))).join("·"),
    });
    const each = (make) => A.values.map((_, i) => make(i)).filter((one) => one && one.value !== 0);
    switch (operation) {
      case "add":
        return [product([A.cells[k]], A.values[k])];
      case "less": {
        const minus = product([B.cells[k]], -B.values[k]);
        return [product([A.cells[k]], A.values[k]), minus];
      }
      case "times":
        return [product([A.cells[k], B.cells[k]], A.values[k], B.values[k])];
      case "dot":
        return each((i) => product([A.cells[i], B.cell(i, k)], ...factors(A.values[i], B.at(i, k), B.scale)));
      case "dotT":
        return each((i) => product([A.cells[i], B.cell(k, i)], ...factors(A.values[i], B.at(k, i), B.scale)));
      case "back":
        return each((i) => {
          const slope = SLOPES[args[3]](S.values[i]);
          const cells = [A.cells[i], B.cell(k, i), S.cells[i]];
          return product(cells, ...factors(A.values[i], slope, B.at(k, i), B.scale));
        });
      case "pick":
        return [product([A.cell(Number(args[1]), k)], ...factors(A.at(Number(args[1]), k), A.scale))];
      case "miss": {
        const one = Number(args[1]) === k ? 1 : 0;
        const share = Number(args[2]);
        return [{
          cells: [A.cells[k]],
          value: (A.values[k] - one) * share,
          shown: (read(short(A.values[k])) - one) * read(short(share)),
          text: `(${short(A.values[k])} − ${one})·${short(share)}`,
        }];
      }
      case "shift": {
        const heat = Number(args[1]);
        const top = Math.max(...A.values);
        const by = heat === 1 ? "" : ` / ${short(heat)}`;
        return [{
          cells: A.cells,
          value: (A.values[k] - top) / heat,
          shown: (read(short(A.values[k])) - read(short(top))) / heat,
          text: by ? `(${short(A.values[k])} − ${within(top)})${by}` : `${short(A.values[k])} − ${within(top)}`,
        }];
      }
      case "part": {
        const shown = A.values.map((x) => read(short(x)));
        return [{
          cells: A.cells,
          value: A.values[k] / A.values.reduce((x, y) => x + y, 0),
          shown: shown[k] / shown.reduce((x, y) => x + y, 0),
          text: `${short(A.values[k])} / (${A.values.map(short).join(" + ")})`,
        }];
      }
      case "exp":
        return [{
          cells: [A.cells[k]],
          value: Math.exp(A.values[k]),
          shown: Math.exp(read(short(A.values[k]))),
          text: `exp(${short(A.values[k])})`,
        }];
      default:
        return [{
          cells: [A.cells[k]],
          value: CURVES[operation](A.values[k]),
          shown: CURVES[operation](read(short(A.values[k]))),
          text: `${NAMES[operation]}(${short(A.values[k])})`,
        }];
    }
  });
}

/** What is multiplied; a scale of 1, and a 1 that picks a row, go without saying. */
function factors(...all) {
  const said = all.filter((x) => x !== 1);
  return said.length ? said : [1];
}

/** A sum in words: the largest terms one by one, and the rest together. */
function summed(all) {
  const parts = all.length === 1 ? all : all.filter((part) => part.value !== 0);
  if (!parts.length) return { text: "0", shown: 0, value: 0, cells: [] };
  const order = [...parts].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const said = new Set(parts.length > MOST ? order.slice(0, MOST - 1) : order);
  const first = parts.filter((part) => said.has(part));
  const rest = parts.filter((part) => !said.has(part));
  let text = first.map((part) => part.text).join(" + ").replaceAll("+ −", "− ");
  let shown = first.reduce((sum, part) => sum + part.shown, 0);
  if (rest.length) {
    const left = rest.reduce((sum, part) => sum + part.value, 0);
    shown += read(short(left));
    text += ` ${left < 0 ? "−" : "+"} ${short(Math.abs(left))} (${rest.length} smaller)`;
  }
  const value = parts.reduce((sum, part) => sum + part.value, 0);
  return { text, shown, value, cells: parts.flatMap((part) => part.cells) };
}

/**
 * What a number is, and the sum that made it.
 *
 * Returns {text, cells}: "unit 1 of S(2)\u00a0: 0.98 = …", and the cells it was made of. The sign is
 * "=" if what is written adds up to what the cell shows, else "≈".
 */
export function explain(block, k, blocks) {
  const name = block.called(k);
  const text = block.texts[k];
  if (text === "") return { text: `${name} is not there yet`, cells: [] };
  if (!block.why) return { text: `${name} is ${text}`, cells: [] };
  const find = (wanted) => blocks.find((other) => other.name === wanted);
  const colon = block.why.indexOf(":");
  const outer = block.why.slice(0, Math.max(colon, 0));
  const why = block.why.slice(colon + 1);
  let sum = summed(terms(why, k, find));
  if (outer === "softmax") {
    const sums = block.values.map((_, i) => summed(terms(why, i, find)).value);
    const rounded = sums.map((x) => read(short(x)));
    const top = Math.max(...rounded);
    const powers = rounded.map((x) => Math.exp(x - top));
    const from = why.startsWith("dot") ? `, where ${short(sums[k])} ≈ ${sum.text}` : "";
    sum = {
      ...sum,
      cells: block.values.flatMap((_, i) => summed(terms(why, i, find)).cells),
      shown: powers[k] / powers.reduce((x, y) => x + y, 0),
      text: `e^${within(sums[k])} / (${sums.map((x) => `e^${within(x)}`).join(" + ")})${from}`,
    };
  } else if (outer && outer !== "linear") {
    sum = { ...sum, shown: CURVES[outer](sum.shown), text: `${NAMES[outer]}(${sum.text})` };
  }
  const digits = (text.split("e")[0].split(".")[1] || "").length;
  const same = text.includes("e")
    ? sum.shown.toExponential(1) === read(text).toExponential(1)
    : Number(sum.shown.toFixed(digits)) === read(text);
  return { text: `${name}: ${text} ${same ? "=" : "≈"} ${sum.text}`, cells: sum.cells };
}

/** Everything that the pictures under an element can say, and the cells that light up: for tests. */
export function everything(root) {
  const blocks = blocksOf(root);
  const places = new Map(blocks.flatMap((block) => block.cells.map((cell, k) => [cell, [block.name, k]])));
  return blocks.flatMap((block) =>
    block.cells.map((_, k) => ({ block: block.name, place: k, ...explain(block, k, blocks) }))
      .map(({ cells, ...said }) => ({ ...said, made: cells.map((cell) => places.get(cell)) })));
}

// ------------------------------------------------------------------ hands and keys

/**
 * Let the pictures in `root` explain themselves, in `line`, and be taken in hand.
 *
 * `move({block, place, value})` is called when a number is to become `value`, or with no value when
 * it is only taken; without `move` nothing can be taken. Returns a function that undoes it.
 */
export function attach(root, line, move) {
  let at = null; // {name, place}: where the keys are
  let pinned = false; // it was asked for, not only pointed at
  let drag = null; // {block, place, value, x, y}

  const blocks = () => blocksOf(root);
  const frame = () => root.querySelector("svg [data-block]")?.closest("svg").parentElement;

  function find(target) {
    const rect = target.closest?.("rect");
    const group = rect?.closest("[data-block]");
    if (!group) return null;
    const block = new Block(group);
    const place = block.cells.indexOf(rect);
    return place < 0 ? null : { block, place };
  }

  function light(cells, own) {
    root.querySelectorAll("svg.revlib-asked").forEach((svg) => svg.classList.remove("revlib-asked"));
    root.querySelectorAll(".revlib-lit, .revlib-here").forEach((e) => e.classList.remove("revlib-lit", "revlib-here"));
    for (const cell of cells) cell.classList.add("revlib-lit");
    if (cells.length) root.querySelectorAll("svg").forEach((svg) => svg.classList.add("revlib-asked"));
    own?.classList.add("revlib-here");
  }

  function say(text) {
    if (line.textContent !== text) line.textContent = text;
  }

  function show(block, place) {
    const { text, cells } = explain(block, place, blocks());
    const hint = block.held && move ? (block.letters.length ? " Drag it up or down." : " Drag it, or press + or −.") : "";
    say(text + (hint ? `.${hint}` : ""));
    light(cells, block.cells[place]);
  }

  function rest() {
    pinned = false;
    say("");
    light([], null);
  }

  /** The picture was drawn anew: what was asked is asked again. */
  function again() {
    if (!root.querySelector("[data-revlib]")) dress();
    requestAnimationFrame(nameControls);
    if (!at) return;
    const block = blocks().find((one) => one.name === at.name);
    if (!block || !(at.place < block.length)) return;
    if (pinned) show(block, at.place);
    else light([], block.cells[at.place]);
  }

  /** Give controls the names that ipywidgets leaves out. */
  function nameControls() {
    for (const handle of root.querySelectorAll(".widget-hbox > .widget-slider .noUi-handle")) {
      const label = handle.closest(".widget-hbox").querySelector(".widget-label")?.textContent.trim();
      if (label && handle.getAttribute("aria-label") !== label) handle.setAttribute("aria-label", label);
    }
    const buttons = root.querySelectorAll(".revlib-play button:not([aria-label])");
    buttons.forEach((button, k) => button.setAttribute("aria-label", ["play", "to the start", "repeat"][k]));
  }

  function dress() {
    nameControls();
    const box = frame();
    if (!box || box.dataset.revlib) return;
    box.dataset.revlib = "alive";
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", "picture of numbers: arrows walk, Enter explains, Escape lets go");
    box.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  function value(block, place) {
    return block.letters.length ? block.letters.indexOf(block.texts[place]) : block.values[place];
  }

  function change(block, place, to) {
    if (!move || !block.held) return;
    if (block.letters.length) {
      const count = block.letters.length;
      to = ((Math.round(to) % count) + count) % count;
    } else {
      to = Number((Math.round(to / block.step) * block.step).toPrecision(10));
    }
    move({ block: block.name, place, value: to });
  }

  // ---- pointers: a mouse, a pen, a finger
  let seen = ""; // where the pointer was; a picture drawn anew under a pointer at rest asks nothing
  let pointed = null; // the cell under it
  const hover = (event) => {
    const here = `${event.clientX} ${event.clientY}`;
    if (event.pointerType === "touch" || here === seen) return;
    seen = here;
    const found = find(event.target);
    const cell = found?.block.cells[found.place];
    if (cell && cell !== pointed) show(found.block, found.place);
    else if (!cell && pointed && !pinned) rest();
    pointed = cell ?? null;
  };
  const down = (event) => {
    const found = find(event.target);
    if (!found || event.button) return;
    at = { name: found.block.name, place: found.place };
    pinned = true;
    show(found.block, found.place);
    if (!move || !found.block.held) return;
    drag = { ...found, from: value(found.block, found.place), x: event.clientX, y: event.clientY, moved: false };
    root.setPointerCapture?.(event.pointerId);
    move({ block: found.block.name, place: found.place, value: null });
  };
  const pull = (event) => {
    if (!drag) {
      hover(event);
      return;
    }
    seen = `${event.clientX} ${event.clientY}`;
    const by = event.clientX - drag.x - (event.clientY - drag.y);
    if (Math.abs(by) < 3 && !drag.moved) return;
    drag.moved = true;
    event.preventDefault();
    const { block } = drag;
    change(block, drag.place, drag.from + (block.letters.length ? Math.round(by / 20) : by * block.step));
  };
  const up = () => {
    drag = null;
  };
  const select = (event) => {
    if (drag) event.preventDefault(); // a number is dragged, not a text marked
  };
  const leave = () => {
    pointed = null;
    if (!drag && !pinned) rest();
  };

  // ---- keys
  /** The nearest cell in a direction: near ahead counts more than near aside. */
  function next(dx, dy) {
    const all = blocks().flatMap((block) => block.cells.map((cell, place) => ({ block, place, box: cell.getBoundingClientRect() })));
    if (!all.length) return null;
    const here = at && all.find(({ block, place }) => block.name === at.name && place === at.place);
    if (!here) return all[0];
    const middle = ({ box }) => [box.x + box.width / 2, box.y + box.height / 2];
    const [x, y] = middle(here);
    const far = (one) => {
      const [u, v] = middle(one);
      const ahead = (u - x) * dx + (v - y) * dy;
      const aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
      return ahead > 1 ? ahead + 3 * aside : Infinity;
    };
    const best = all.reduce((a, b) => (far(b) < far(a) ? b : a));
    return far(best) < Infinity ? best : here;
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const STEPS = { "+": 1, "=": 1, "-": -1, "−": -1, PageUp: 10, PageDown: -10 };
  const key = (event) => {
    if (event.target !== frame() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      const found = next(...ARROWS[event.key]);
      if (found) {
        at = { name: found.block.name, place: found.place };
        pinned = false;
        say(`${found.block.called(found.place)}: ${found.block.texts[found.place] || "not there yet"}`);
        light([], found.block.cells[found.place]);
      }
    } else if (at && (event.key === "Enter" || event.key === " " || event.key in STEPS)) {
      const block = blocks().find((one) => one.name === at.name);
      if (!block || !(at.place < block.length)) return;
      pinned = true;
      if (event.key in STEPS) {
        const by = STEPS[event.key];
        const from = asked(block, at.place) ?? value(block, at.place);
        change(block, at.place, from + (block.letters.length ? Math.sign(by) : by * block.step));
      } else {
        show(block, at.place);
        if (block.held) move?.({ block: block.name, place: at.place, value: null });
      }
    } else if (event.key === "Escape") {
      at = null;
      drag = null;
      rest();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  let due = null; // the last value asked for: keys are faster than pictures
  const asked = (block, place) => {
    const fresh = due && performance.now() - due.when < 1000;
    return fresh && due.block === block.name && due.place === place ? due.value : null;
  };
  if (move) {
    const tell = move;
    move = (what) => {
      due = what.value === null ? null : { ...what, when: performance.now() };
      tell(what);
    };
  }

  const events = { pointerdown: down, pointermove: pull, pointerup: up, pointercancel: up, pointerleave: leave, selectstart: select, keydown: key };
  for (const [name, listen] of Object.entries(events)) root.addEventListener(name, listen);
  // a picture is drawn anew
  const observer = new MutationObserver((changes) => {
    if (changes.some(({ target }) => !line.contains(target) && !target.closest?.("svg"))) again();
  });
  observer.observe(root, { childList: true, subtree: true });
  dress();
  return () => {
    observer.disconnect();
    for (const [name, listen] of Object.entries(events)) root.removeEventListener(name, listen);
  };
}

/** The line under a picture that says the sums; what it says is announced. */
export function lineIn(place) {
  const line = document.createElement("p");
  line.className = "revlib-why";
  line.setAttribute("aria-live", "polite");
  place.append(line);
  return line;
}

// ------------------------------------------------------------------ in a notebook: an anywidget

function render({ model, el }) {
  const line = lineIn(el);
  let undo = () => {};
  let count = 0;
  const move = (what) => {
    count += 1;
    model.set("move", { ...what, count });
    model.save_changes();
  };
  const begin = () => {
    const root = el.closest(".revlib-panel");
    if (root) undo = attach(root, line, move);
    else waiting = requestAnimationFrame(begin);
  };
  let waiting = requestAnimationFrame(begin);
  return () => {
    cancelAnimationFrame(waiting);
    undo();
  };
}

export default { render };

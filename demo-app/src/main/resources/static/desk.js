'use strict';

// The page of the trip desk. What it draws comes from the server, event by event; here it only counts on between two
// events, and it never decides by itself that something is over.

const THINGS = [
  ['aurora', 'fast'], ['borealis', 'fast'], ['cumulus', 'slow'], ['delta', 'fast'], ['eos', 'hanging'],
  ['usual price', 'hanging'],
];
const BEHAVIOURS = ['fast', 'slow', 'hanging', 'failing'];
// Rows stand in this order on both sides, whichever thread came first.
const ORDER = ['search', ...THINGS.map(([name]) => name), 'archive'];
const place = (name) => ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.indexOf('archive') - 0.5;
const byId = (id) => document.getElementById(id);
const ms = (value) => value < 10 ? value.toFixed(1) + ' ms' : value < 10000 ? Math.round(value) + ' ms' : (value / 1000).toFixed(1) + ' s';

for (const [name, behaviour] of THINGS) {
  const label = document.createElement('label');
  label.textContent = name === 'usual price' ? 'usual price (SQL)' : name;
  const select = document.createElement('select');
  select.name = name === 'usual price' ? 'history' : name;
  for (const word of BEHAVIOURS) {
    select.add(new Option(word, word, false, word === behaviour));
  }
  label.append(select);
  byId('behaviours').append(label);
}

const shownBudget = () => {
  byId('budget-shown').textContent = byId('budget').value + ' ms';
};
byId('budget').addEventListener('input', shownBudget);
shownBudget();
for (const preset of document.querySelectorAll('.presets button')) {
  preset.addEventListener('click', () => {
    byId('budget').value = preset.value;
    shownBudget();
  });
}

/** A line with a bar that grows until it is told to stop. */
class Row {

  constructor(table, { name, detail, child, began, limit }) {
    this.began = began;
    this.limit = limit; // the instant at which its budget ends
    this.state = 'running';
    this.said = '';
    this.element = document.createElement('div');
    this.element.className = 'row';
    this.element.dataset.name = name;
    this.element.innerHTML = '<div class="name"></div><div class="said"></div><div class="track"><div class="bar"></div>'
      + '<div class="limit" hidden></div></div><button type="button" hidden>Cancel</button>';
    const [title, text, track, button] = this.element.children;
    title.textContent = name;
    title.classList.toggle('child', Boolean(child));
    if (detail) {
      title.append(Object.assign(document.createElement('small'), { textContent: detail }));
    }
    [this.bar, this.mark] = track.children;
    this.text = text;
    this.button = button;
    const later = [...table.children].find((row) => place(row.dataset.name) > place(name));
    table.insertBefore(this.element, later ?? null);
  }

  /** Makes the row's button cancel its scope. */
  cancelBy(action) {
    this.button.hidden = false;
    this.button.setAttribute('aria-label', 'Cancel ' + this.element.dataset.name);
    this.button.addEventListener('click', () => this.button.hasAttribute('aria-disabled') || action());
  }

  /** Takes the button away; if it has the focus, not before the focus goes on, which would otherwise be lost. */
  noMoreCancelling() {
    if (document.activeElement !== this.button) {
      this.button.hidden = true;
    } else if (!this.button.hasAttribute('aria-disabled')) {
      this.button.setAttribute('aria-disabled', 'true');
      this.button.addEventListener('blur', () => {
        this.button.hidden = true;
      }, { once: true });
    }
  }

  set(state, said) {
    this.state = state;
    this.said = said;
    this.element.dataset.state = state;
  }

  end(at) {
    this.ended = at;
    this.noMoreCancelling();
  }

  draw(now, scale) {
    const until = this.ended ?? now;
    this.bar.style.left = (this.began * scale) + '%';
    this.bar.style.width = ((until - this.began) * scale) + '%';
    this.bar.className = 'bar ' + this.state;
    this.mark.hidden = this.limit === undefined;
    if (this.limit !== undefined) {
      this.mark.style.left = (this.limit * scale) + '%';
    }
    const left = this.limit === undefined ? '' : ms(Math.max(0, this.limit - now)) + ' left';
    this.text.textContent = this.said || (this.state === 'running' ? left : '');
  }
}

/** One search, on both sides. */
class Search {

  constructor(parameters) {
    this.budget = parameters.budget;
    this.scopes = new Map();
    this.things = new Map();
    this.shift = undefined;
    byId('scoped-bars').replaceChildren();
    byId('plain-bars').replaceChildren();
    byId('scoped-verdict').textContent = 'Searching …';
    byId('plain-verdict').textContent = 'Searching …';
    // Who searches without scopes waits from the first moment, too.
    this.caller = new Row(byId('plain-bars'), { name: 'search', began: 0, limit: parseFloat(this.budget) });
    this.source = new EventSource('live?' + new URLSearchParams(parameters));
    this.source.onmessage = (message) => {
      const { type, at, details } = JSON.parse(message.data);
      this.shift = Math.min(this.shift ?? Infinity, performance.now() - at);
      this.handle(type, at, details);
    };
    this.source.addEventListener('end', () => this.over());
    this.source.onerror = () => this.over();
    this.frame = requestAnimationFrame(() => this.draw());
  }

  now() {
    return this.shift === undefined ? 0 : performance.now() - this.shift;
  }

  handle(type, at, details) {
    switch (type) {
      case 'opened': return this.opened(at, details);
      case 'cancelled': return this.cancelled(at, details);
      case 'closed': return this.closed(at, details);
      case 'answered': return this.answered(at, details);
      case 'plain-began': return this.plainBegan(at, details);
      case 'plain-ended': return this.plainOver(at, details, 'done');
      case 'plain-failed': return this.plainOver(at, details, 'failed');
      case 'plain-answered': return this.plainAnswered(at, details);
    }
  }

  opened(at, scope) {
    const detail = [scope.shielded && 'shielded', scope.bubbling && 'bubbles'].filter(Boolean).join(', ');
    const row = new Row(byId('scoped-bars'), { name: scope.name, detail, child: scope.parent, began: at,
      limit: scope.remaining == null ? undefined : at + scope.remaining });
    row.cancelBy(() => fetch('live/scopes/' + scope.id + '/cancel', { method: 'POST' }));
    this.scopes.set(scope.id, row);
  }

  cancelled(at, { id, kind, message, origin, here }) {
    const row = this.scopes.get(id);
    row.kind = kind;
    row.failed = here && kind === 'FAILED';
    row.set('cancelled', kind === 'DEADLINE' ? 'the time is up' : 'cancelled by ' + origin + ': ' + message);
    row.noMoreCancelling();
  }

  closed(at, { id, after, failed }) {
    const row = this.scopes.get(id);
    row.end(at);
    const took = ms(at - row.began);
    if (row.failed) {
      row.set('failed', 'failed after ' + took);
    } else if (row.state === 'cancelled') {
      row.set('cancelled', 'stopped ' + ms(Math.max(0, after)) + ' after ' + (row.kind === 'DEADLINE' ? 'the deadline' : 'the cancel'));
    } else {
      row.set(failed ? 'failed' : 'done', (failed ? 'failed' : 'done') + ' after ' + took);
    }
  }

  answered(at, text) {
    this.scopedAnswer = 'Answered after ' + ms(at) + ': ' + text + '.';
  }

  plainBegan(at, name) {
    this.things.set(name, new Row(byId('plain-bars'), { name, child: true, began: at, limit: parseFloat(this.budget) }));
  }

  plainOver(at, name, state) {
    const row = this.things.get(name);
    row.end(at);
    const wasted = this.plainAt === undefined ? 0 : at - this.plainAt;
    row.set(wasted > 0 ? 'wasted' : state, wasted > 0 ? 'ran ' + ms(wasted) + ' for nobody' : state + ' after ' + ms(at - row.began));
  }

  plainAnswered(at, text) {
    this.plainAt = at;
    this.plainAnswer = 'Answered after ' + ms(at) + ': ' + text + '.';
    this.caller.end(at);
    this.caller.set('done', 'answered after ' + ms(at));
    for (const row of this.things.values()) {
      if (row.ended === undefined) {
        row.set('wasted', '');
      }
    }
  }

  draw() {
    const now = this.now();
    const rows = [this.caller, ...this.scopes.values(), ...this.things.values()];
    const widest = Math.max(parseFloat(this.budget) * 1.35, ...rows.map((row) => row.ended ?? now)) * 1.02;
    rows.forEach((row) => row.draw(now, 100 / widest));
    this.verdicts(now);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  verdicts(now) {
    const open = [...this.scopes.values()].filter((row) => row.ended === undefined).length;
    if (this.scopedAnswer) {
      byId('scoped-verdict').textContent = this.scopedAnswer + (open ? ' ' + open + ' still at work: shielded.' : ' Nothing runs on.');
    }
    const busy = [...this.things].filter(([, row]) => row.ended === undefined);
    if (this.plainAnswer) {
      const wasted = [...this.things.values()].reduce((sum, row) => sum + Math.max(0, (row.ended ?? now) - this.plainAt), 0);
      for (const [, row] of busy) {
        row.said = 'running for nobody: ' + ms(now - this.plainAt);
      }
      const queries = busy.filter(([name]) => name === 'usual price').length;
      const still = busy.length ? ' Still busy: ' + busy.length + (busy.length === 1 ? ' thread' : ' threads')
        + (queries ? ', 1 query' : '') + '.' : ' All threads are back.';
      byId('plain-verdict').textContent = this.plainAnswer + still + (wasted > 0 ? ' Work for nobody: ' + ms(wasted) + '.' : '');
    }
  }

  over() {
    this.source.close();
    if (this.frame) {
      this.draw();
      cancelAnimationFrame(this.frame);
      this.frame = undefined;
    }
    if (!this.scopedAnswer) {
      byId('scoped-verdict').textContent = 'The desk did not answer. Is it running?';
    }
    document.body.dataset.over = 'true';
  }

  abandon() {
    this.source.close();
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
  }
}

/** On a phone the results are below the form. */
function showResults() {
  const results = document.querySelector('main');
  if (results.getBoundingClientRect().top > window.innerHeight / 2) {
    results.scrollIntoView();
  }
}

let search;

byId('order').addEventListener('submit', (event) => {
  event.preventDefault();
  search?.abandon();
  document.body.dataset.over = 'false';
  const parameters = { budget: byId('budget').value + 'ms', shield: byId('shield').checked, bubble: byId('bubble').checked };
  for (const select of byId('behaviours').querySelectorAll('select')) {
    parameters[select.name] = select.value;
  }
  search = new Search(parameters);
  showResults();
});

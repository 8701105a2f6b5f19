'use strict';

// Shows what the endpoint cancelbudgets knows, and sends it changes, where it may be written to.

const PAUSE = 1000;
const BETWEEN_SEARCHES = 120;
const SEARCH = 'quotes?from=OSL&to=LIS&budget=800ms';
const byId = (id) => document.getElementById(id);

/** A duration in milliseconds as a person writes it. */
const shown = (millis) => millis < 1 ? Math.round(millis * 1000) + ' µs'
  : millis < 10 ? millis.toFixed(1) + ' ms'
  : millis < 1000 ? Math.round(millis) + ' ms'
  : (millis / 1000).toFixed(millis < 10_000 ? 2 : 1) + ' s';
const percent = (share) => (100 * share).toFixed(share < 0.1 ? 1 : 0) + ' %';
const counted = (count, one) => count.toLocaleString('en') + ' ' + one + (count === 1 ? '' : 's');

/** Changes a text only if it is another one: a screen reader tells each change. */
const say = (element, text) => {
  if (element.textContent !== text) {
    element.textContent = text;
  }
};

const changed = (change) => change
  ? 'Changed' + (change.by ? ' by ' + change.by : '') + ' at ' + new Date(change.since).toLocaleTimeString()
    + (change.until ? ', until ' + new Date(change.until).toLocaleTimeString() : '') + '.'
  : '';

const send = async (method, body) => {
  const text = method + ' ' + JSON.stringify(body);
  const response = await fetch('budgets/live', {
    method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  const answer = await response.text();
  let told = answer;
  try {
    const { detail, message } = JSON.parse(answer);
    told = detail ?? message ?? 'done';
  } catch {
    // Not JSON: shown as it is.
  }
  byId('answer').textContent = text + '\n' + response.status + ': ' + told;
  await poll();
};

/** Leaves out what was left empty. */
const filled = (entries) => Object.fromEntries(entries.filter(([, value]) => value));

const rowOf = (name) => {
  const known = [...byId('names').children].find((row) => row.dataset.name === name);
  if (known) {
    return known;
  }
  const row = byId('name').content.cloneNode(true).firstElementChild;
  row.dataset.name = name;
  row.querySelector('h2').textContent = name;
  const form = row.querySelector('form');
  form.setAttribute('aria-label', 'Change the budget of ' + name);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send('POST', filled([['name', name], ...new FormData(form)]));
  });
  row.querySelector('.back').addEventListener('click', () => send('DELETE', { name }));
  row.querySelector('.take').addEventListener('click', (event) => {
    form.elements.timeout.value = event.target.value;
    form.elements.timeout.focus();
  });
  const later = [...byId('names').children].find((other) => other.dataset.name > name);
  byId('names').insertBefore(row, later ?? null);
  return row;
};

/** Puts a bar or a mark of the scale where a duration is; hides it if there is none. */
const place = (row, mark, millis, most, property) => {
  const element = row.querySelector('.scale .' + mark);
  element.hidden = millis === undefined;
  if (millis !== undefined) {
    element.style[property] = Math.min(100, 100 * millis / most) + '%';
  }
};

const show = (budget, writable) => {
  const row = rowOf(budget.name);
  const timeout = budget.budget?.timeout;
  const suggestion = budget.suggestion?.timeout;
  const { p50, p95, p99, max } = budget.duration ?? {};
  const most = 1.1 * Math.max(timeout ?? 0, p99 ?? 0, suggestion ?? 0, 1);
  say(row.querySelector('.facts'), (timeout === undefined ? 'No budget' : shown(timeout) + ' from ' + budget.budget.source)
    + ', ' + budget.mode + '. ' + counted(budget.calls, 'call') + ', ' + budget.stopped + ' stopped. ' + changed(budget.change));
  place(row, 'p50', p50, most, 'width');
  place(row, 'p95', p95, most, 'width');
  place(row, 'p99', p99, most, 'width');
  place(row, 'budget-mark', timeout, most, 'left');
  place(row, 'suggested-mark', suggestion, most, 'left');
  const times = p50 === undefined ? 'No call has completed.'
    : 'p50 ' + shown(p50) + ', p95 ' + shown(p95) + ', p99 ' + shown(p99) + ', longest ' + shown(max)
      + (budget.budgetUsed ? '; 99 % use at most ' + percent(budget.budgetUsed.p99) + ' of their budget' : '') + '.';
  say(row.querySelector('.times'), times);
  row.querySelector('.scale').setAttribute('aria-label', times);
  say(row.querySelector('.suggested span'), (suggestion === undefined ? 'Nothing suggested: ' : 'Suggested: ' + shown(suggestion) + ', ')
    + budget.suggestion.reason + '.');
  const take = row.querySelector('.take');
  take.hidden = !writable || suggestion === undefined;
  if (!take.hidden) {
    take.value = Math.round(suggestion) + 'ms';
    say(take, 'Fill in ' + take.value);
  }
  const hints = row.querySelector('.hints');
  if (hints.dataset.text !== budget.hints.join('\n')) {
    hints.dataset.text = budget.hints.join('\n');
    hints.replaceChildren(...budget.hints.map((hint) => Object.assign(document.createElement('li'), { textContent: hint })));
  }
  row.querySelector('.back').hidden = !budget.change;
  row.classList.toggle('is-changed', Boolean(budget.change));
};

const poll = async () => {
  try {
    const response = await fetch('budgets/live');
    if (!response.ok) {
      say(byId('state'), response.status === 404 ? 'The endpoint is not exposed, or this is another machine.'
        : 'The desk answered with status ' + response.status + '.');
      return;
    }
    const { writable, budgets } = await response.json();
    for (const element of document.querySelectorAll('.writes')) {
      element.hidden = !writable;
    }
    say(byId('state'), budgets.budgets.length === 0 ? 'No call has ended yet.'
      : counted(budgets.budgets.length, 'name') + ', calls of the last ' + budgets.window + '.');
    say(byId('all-change'), budgets.change ? 'All: ' + [budgets.change.mode, budgets.change.timeout && shown(budgets.change.timeout)]
      .filter(Boolean).join(', ') + '. ' + changed(budgets.change) : '');
    budgets.budgets.forEach((budget) => show(budget, writable));
    for (const element of document.querySelectorAll('.name-row .writes')) {
      element.hidden = !writable;
    }
    const names = new Set(budgets.budgets.map((budget) => budget.name));
    [...byId('names').children].filter((row) => !names.has(row.dataset.name)).forEach((row) => row.remove());
  } catch {
    say(byId('state'), 'The desk does not answer.');
  }
};

byId('observe').addEventListener('click', () => send('POST', filled([['mode', 'observe'], ['for', byId('all-for').value]])));
byId('reset').addEventListener('click', () => send('DELETE', {}));

let searching;
byId('traffic').addEventListener('click', () => {
  if (searching) {
    clearInterval(searching);
    searching = undefined;
  } else {
    searching = setInterval(() => fetch(SEARCH).catch(() => {}), BETWEEN_SEARCHES);
  }
  byId('traffic').setAttribute('aria-pressed', String(Boolean(searching)));
  byId('traffic').textContent = searching ? 'Searches all the time: stop' : 'Search all the time';
});

(async () => {
  for (;;) {
    await poll();
    await new Promise((later) => setTimeout(later, PAUSE));
  }
})();

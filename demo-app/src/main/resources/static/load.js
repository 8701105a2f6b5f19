'use strict';

const SEARCHES = 100;
const BUDGET = 800;
// What a person takes for in time: the answer has to travel, too.
const GRACE = 100;
const byId = (id) => document.getElementById(id);
const seconds = (millis) => (millis / 1000).toFixed(1) + ' s';

/** What the searches hold, as words: only what there is. */
function held({ searches, calls, queries, waiting }) {
  const parts = [[calls, 'calls to suppliers'], [queries, 'queries running'], [waiting, 'waiting for a connection']]
    .filter(([count]) => count > 0).map(([count, what]) => count + ' ' + what);
  return ' Still busy with ' + searches + ' of them' + (parts.length ? ': ' + parts.join(', ') : '') + '.';
}

/** Runs a hundred searches of a kind, and is over when the last thread of them is back. */
function run(kind) {
  const dots = byId(kind + '-dots');
  dots.replaceChildren(...Array.from({ length: SEARCHES }, (_, index) =>
    Object.assign(document.createElement('div'), { className: 'dot running', title: 'search ' + (index + 1) })));
  let inTime = 0;
  let late = 0;
  let lastAnswer = 0;
  let slowest = 0;
  let busy;
  let computing;
  const loads = [];
  const parameters = new URLSearchParams({ kind, budget: BUDGET + 'ms', eos: 'hanging', history: 'slow', shield: false });
  const source = new EventSource('load/events?' + parameters);
  const verdict = (text) => {
    byId(kind + '-verdict').textContent = text;
  };
  const show = (at) => {
    const all = inTime + late;
    const answers = inTime + ' of ' + SEARCHES + ' answered within the budget' + (late ? ', ' + late + ' too late, by up to ' + Math.round(slowest - BUDGET) + ' ms' : '') + '.';
    const rest = all < SEARCHES || !busy ? '' : busy.searches === 0
      ? ' Everything was free ' + seconds(Math.max(0, at - lastAnswer)) + ' after the last answer.'
      : held(busy);
    verdict(answers + rest);
    machine();
  };
  const machine = () => {
    const load = loads.length ? Math.round(100 * loads.reduce((sum, one) => sum + one, 0) / loads.length) : undefined;
    byId(kind + '-machine').textContent = [
      load === undefined ? '' : 'While it answered, this machine was ' + load + ' % busy.',
      computing === undefined ? '' : '10 ms of computing took up to ' + Math.round(computing) + ' ms.',
    ].join(' ').trim();
  };
  return new Promise((over) => {
    source.onmessage = (message) => {
      const { type, at, details } = JSON.parse(message.data);
      if (type === 'dot') {
        const good = details.took <= BUDGET + GRACE;
        dots.children[details.index].className = 'dot ' + (good ? 'done' : 'failed');
        dots.children[details.index].title += ': ' + details.answered + ' answers after ' + Math.round(details.took) + ' ms';
        good ? inTime++ : late++;
        slowest = Math.max(slowest, details.took);
        lastAnswer = Math.max(lastAnswer, at);
      } else if (type === 'busy') {
        busy = details;
        if (details.load != null && inTime + late < SEARCHES) {
          loads.push(details.load);
        }
      } else if (type === 'computed') {
        computing = Math.max(computing ?? 0, details);
      }
      if (type !== 'over') {
        show(at);
      }
    };
    const end = () => {
      source.close();
      over();
    };
    source.addEventListener('end', end);
    source.onerror = () => {
      verdict('The desk did not answer. Is it running?');
      end();
    };
  });
}

byId('go').addEventListener('click', async () => {
  byId('go').disabled = true;
  document.body.dataset.over = 'false';
  byId('plain-dots').replaceChildren();
  byId('scoped-machine').textContent = '';
  byId('plain-machine').textContent = '';
  byId('plain-verdict').textContent = 'Runs when the other side is over.';
  await run('scoped');
  await run('plain');
  document.body.dataset.over = 'true';
  byId('go').disabled = false;
});

'use strict';

const SEARCHES = 100;
const BUDGET = 800;
// What a person takes for in time: the answer has to travel, too.
const GRACE = 100;
const byId = (id) => document.getElementById(id);
const seconds = (millis) => (millis / 1000).toFixed(1) + ' s';

/** Runs a hundred searches of a kind, and is over when the last thread of them is back. */
function run(kind) {
  const dots = byId(kind + '-dots');
  dots.replaceChildren(...Array.from({ length: SEARCHES }, (_, index) =>
    Object.assign(document.createElement('div'), { className: 'dot running', title: 'search ' + (index + 1) })));
  let inTime = 0;
  let late = 0;
  let lastAnswer = 0;
  let busy;
  const parameters = new URLSearchParams({ kind, budget: BUDGET + 'ms', eos: 'hanging', history: 'slow', shield: false });
  const source = new EventSource('load/events?' + parameters);
  const verdict = (text) => {
    byId(kind + '-verdict').textContent = text;
  };
  const show = (at) => {
    const all = inTime + late;
    const answers = inTime + ' of ' + SEARCHES + ' answered within the budget' + (late ? ', ' + late + ' too late' : '') + '.';
    const rest = all < SEARCHES || !busy ? '' : busy.searches === 0
      ? ' Everything was free ' + seconds(Math.max(0, at - lastAnswer)) + ' after the last answer.'
      : ' Still busy with ' + busy.searches + ' of them: ' + busy.queries + ' queries running, ' + busy.waiting + ' waiting.';
    verdict(answers + rest);
  };
  return new Promise((over) => {
    source.onmessage = (message) => {
      const { type, at, details } = JSON.parse(message.data);
      if (type === 'dot') {
        const good = details.took <= BUDGET + GRACE;
        dots.children[details.index].className = 'dot ' + (good ? 'done' : 'failed');
        dots.children[details.index].title += ': ' + details.answered + ' answers after ' + Math.round(details.took) + ' ms';
        good ? inTime++ : late++;
        lastAnswer = Math.max(lastAnswer, at);
      } else if (type === 'busy') {
        busy = details;
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
  byId('plain-verdict').textContent = 'Runs when the other side is over.';
  await run('scoped');
  await run('plain');
  document.body.dataset.over = 'true';
  byId('go').disabled = false;
});

'use strict';

// The part of the page that shows the open scopes of all desks. A desk that was started alone has no such part. What it
// shows comes from the actuator of this desk, which asks the others.

const nodesSection = document.getElementById('nodes');
const PAUSE = 400;

const cell = (row, text, name) => {
  const td = document.createElement('td');
  td.textContent = text;
  td.className = name;
  row.append(td);
  return td;
};

/** Shows what the server answered, as it was. */
const answered = async (what, response) => {
  document.getElementById('nodes-answer').textContent = what + '\n' + await response.text();
};

const cancel = async (scope) => {
  const by = scope.key ? 'key=' + encodeURIComponent(scope.key) : 'id=' + encodeURIComponent(scope.id);
  const path = 'actuator/cancelscopes?' + by + '&reason=' + encodeURIComponent('stopped on the page');
  await answered('DELETE ' + path, await fetch(path, { method: 'DELETE' }));
};

/** One body for each desk, and in it a row for each scope; rows that stay keep their button and its focus. */
const show = (desk, here) => {
  const id = 'node-' + desk.node;
  let body = document.getElementById(id);
  if (!body) {
    body = document.createElement('tbody');
    body.id = id;
    body.dataset.node = desk.node;
    const title = document.createElement('tr');
    const th = document.createElement('th');
    th.colSpan = 5;
    th.scope = 'rowgroup';
    title.append(th);
    body.append(title);
    const table = document.getElementById('nodes-scopes');
    const later = [...table.tBodies].find((other) => other.dataset.node > desk.node);
    table.insertBefore(body, later ?? null);
  }
  body.querySelector('th').textContent = desk.node + (desk.node === here ? ' (this desk)' : '') + ': '
    + (desk.scopes.length === 0 ? 'no open scope' : desk.total + (desk.total === 1 ? ' open scope' : ' open scopes'));
  const rows = new Map([...body.querySelectorAll('tr[data-scope]')].map((row) => [row.dataset.scope, row]));
  for (const scope of desk.scopes) {
    let row = rows.get(scope.id);
    rows.delete(scope.id);
    if (!row) {
      row = document.createElement('tr');
      row.dataset.scope = scope.id;
      row.dataset.key = scope.key ?? '';
      cell(row, scope.name, 'name');
      cell(row, scope.key ?? '', 'key');
      cell(row, '', 'since');
      cell(row, '', 'state');
      const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Cancel' });
      button.setAttribute('aria-label', 'Cancel ' + (scope.key ?? scope.name) + ' on ' + desk.node);
      button.addEventListener('click', () => cancel(scope));
      cell(row, '', 'action').append(button);
      body.append(row);
    }
    const seconds = scope.opened ? Math.max(0, (Date.now() - Date.parse(scope.opened)) / 1000).toFixed(1) + ' s' : '';
    row.querySelector('.since').textContent = seconds;
    row.querySelector('.state').textContent = scope.state + (scope.remaining ? ', ' + scope.remaining + ' left' : '');
  }
  rows.forEach((row) => row.remove());
};

const poll = async (here) => {
  try {
    const response = await fetch('actuator/cancelscopes?cluster=true&wait=1s');
    if (response.ok) {
      const { nodes, cluster } = await response.json();
      nodes.forEach((desk) => show(desk, here));
      const answering = new Set(nodes.map((desk) => desk.node));
      for (const body of document.querySelectorAll('#nodes-scopes tbody')) {
        if (!answering.has(body.dataset.node)) {
          body.remove();
        }
      }
      const state = nodes.length + (nodes.length === 1 ? ' desk answers' : ' desks answer')
        + (cluster === 'reached' ? '' : '; the other desks are not reached');
      const line = document.getElementById('nodes-state');
      if (line.textContent !== state) {
        line.textContent = state;
      }
    }
  } catch {
    document.getElementById('nodes-state').textContent = 'This desk does not answer.';
  }
  setTimeout(() => poll(here), PAUSE);
};

document.getElementById('nodes-begin').addEventListener('submit', async (event) => {
  event.preventDefault();
  const number = document.getElementById('nodes-number').value;
  const path = 'imports/' + encodeURIComponent(number) + '?takes=30s';
  await answered('POST ' + path, await fetch(path, { method: 'POST' }));
});

(async () => {
  const response = await fetch('nodes');
  const { here, homes } = response.ok ? await response.json() : { homes: [] };
  if (homes.length > 0) {
    for (const home of homes) {
      const item = document.createElement('li');
      item.append(Object.assign(document.createElement('a'), { href: home, textContent: home.replace('http://', '') }));
      document.getElementById('nodes-homes').append(item);
    }
    nodesSection.hidden = false;
    poll(here);
  }
})();

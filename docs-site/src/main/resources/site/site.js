'use strict';

// The navigation is open where there is room for it, and the search works without a server: its index is a script.

const navigation = document.querySelector('.navigation');
const wide = matchMedia('(min-width: 52.01rem)');
const fold = () => { navigation.open = wide.matches; };
wide.addEventListener('change', fold);
fold();
// Only the navigation is scrolled to this page's entry: the page begins at its top, or where its address says.
const here = navigation.querySelector('[aria-current]');
if (here && wide.matches) {
  navigation.scrollTop = here.offsetTop - navigation.clientHeight / 2;
}

const MOST = 12;
const AROUND = 90;
const input = document.getElementById('search');
const found = document.getElementById('found');
const root = document.body.dataset.root;
const sections = (window.SEARCH_INDEX ?? []).map(([url, title, heading, text]) => ({
  url, title, heading, text, low: { title: title.toLowerCase(), heading: heading.toLowerCase(), text: text.toLowerCase() },
}));

/** How well a section answers: every word must be there; a heading says more than a text. */
const score = (section, words) => {
  let sum = 0;
  for (const word of words) {
    const inHeading = section.low.heading.includes(word) ? 8 : 0;
    const inTitle = section.low.title.includes(word) ? 5 : 0;
    const inText = Math.min(3, section.low.text.split(word).length - 1);
    if (!inHeading && !inTitle && !inText) {
      return 0;
    }
    sum += inHeading + inTitle + inText;
  }
  return sum;
};

/** The words around the first hit, with the hit marked; made of nodes, so no text becomes markup. */
const excerpt = (section, words) => {
  const at = Math.min(...words.map((word) => section.low.text.indexOf(word)).filter((index) => index >= 0), section.text.length);
  const start = Math.max(0, (at === section.text.length ? 0 : at) - AROUND);
  const end = Math.min(section.text.length, start + 2 * AROUND);
  const line = document.createElement('p');
  let rest = (start > 0 ? '… ' : '') + section.text.slice(start, end) + (end < section.text.length ? ' …' : '');
  for (;;) {
    const low = rest.toLowerCase();
    const [index, word] = words.map((one) => [low.indexOf(one), one]).filter(([one]) => one >= 0)
      .sort(([a], [b]) => a - b)[0] ?? [-1];
    if (index < 0) {
      line.append(rest);
      return line;
    }
    const mark = document.createElement('mark');
    mark.textContent = rest.slice(index, index + word.length);
    line.append(rest.slice(0, index), mark);
    rest = rest.slice(index + word.length);
  }
};

const search = () => {
  const words = input.value.toLowerCase().split(/\s+/).filter((word) => word.length > 1);
  found.hidden = words.length === 0;
  if (found.hidden) {
    return;
  }
  const hits = sections.map((section) => [score(section, words), section]).filter(([points]) => points > 0)
    .sort(([a], [b]) => b - a);
  const list = document.createElement('ol');
  for (const [, section] of hits.slice(0, MOST)) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = root + section.url;
    link.textContent = section.title === section.heading ? section.title : section.title + ': ' + section.heading;
    item.append(link, excerpt(section, words));
    list.append(item);
  }
  const count = document.createElement('p');
  count.setAttribute('role', 'status');
  count.textContent = hits.length === 0 ? 'Nothing was found.'
    : hits.length + (hits.length === 1 ? ' section' : ' sections') + (hits.length > MOST ? ', the best ' + MOST : '');
  found.replaceChildren(count, list);
};

input.addEventListener('input', search);
input.form.addEventListener('submit', (event) => {
  event.preventDefault();
  found.querySelector('a')?.click();
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !/input|textarea|select/i.test(event.target.tagName)) {
    event.preventDefault();
    input.focus();
  } else if (event.key === 'Escape' && event.target === input) {
    input.value = '';
    search();
  }
});

// All of it, in order.
document.title = data.title;
$('title').textContent = data.title;
$('subtitle').textContent = data.subtitle || '';
drawTable();
drawWatch();
drawCharts();
kNarrow.addEventListener('change', drawCharts);
if (data.notes?.length) {
  $('notes').hidden = false;
  for (const note of data.notes) $('note-list').append(html('li', {}, note));
}
$('footer').textContent = data.footer || '';

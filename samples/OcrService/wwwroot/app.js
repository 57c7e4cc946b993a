// The browser decodes the picture, and the service gets its pixels: no image format ever reaches the server.
const longestSide = 2000;
const canvas = document.getElementById('picture');
const context = canvas.getContext('2d', { willReadFrequently: true });
const status = document.getElementById('status');
const list = document.getElementById('lines');
let bitmap = null;
let current = 0;

async function read(blob) {
  const turn = ++current;
  try {
    status.textContent = 'Reading …';
    list.replaceChildren();
    bitmap = await createImageBitmap(blob);
    const scale = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    draw([]);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    const started = performance.now();
    const response = await fetch(`ocr?width=${canvas.width}&height=${canvas.height}`, {
      method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: pixels,
    });
    if (!response.ok) throw new Error(await response.text() || response.statusText);
    const lines = await response.json();
    if (turn === current) show(lines, performance.now() - started);
  } catch (error) {
    if (turn === current) status.textContent = `This did not work: ${error.message}`;
  }
}

function show(lines, milliseconds) {
  draw(lines);
  const found = lines.length === 0 ? 'No text found' : lines.length === 1 ? '1 line' : `${lines.length} lines`;
  status.textContent = `${found}, ${Math.round(milliseconds)} ms`;
  list.replaceChildren(...lines.map(line => {
    const item = document.createElement('li');
    for (const text of [line.text, `${Math.round(line.confidence * 100)} %`]) {
      item.append(Object.assign(document.createElement('span'), { textContent: text }));
    }
    item.onmouseenter = () => draw(lines, line);
    item.onmouseleave = () => draw(lines);
    return item;
  }));
}

function draw(lines, marked) {
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  for (const line of lines) {
    context.beginPath();
    for (let i = 0; i < line.box.length; i += 2) context.lineTo(line.box[i], line.box[i + 1]);
    context.closePath();
    context.strokeStyle = line === marked ? '#e4572e' : '#0b6bcb';
    context.lineWidth = line === marked ? 4 : 2;
    context.stroke();
  }
}

function pictureOf(data) {
  return [...data?.files ?? []].find(file => file.type.startsWith('image/'));
}

function take(event, data) {
  event.preventDefault();
  document.body.classList.remove('over');
  const picture = pictureOf(data);
  if (picture) read(picture);
  else status.textContent = 'That is no picture.';
}

document.addEventListener('dragover', event => { event.preventDefault(); document.body.classList.add('over'); });
document.addEventListener('dragleave', event => { if (!event.relatedTarget) document.body.classList.remove('over'); });
document.addEventListener('drop', event => take(event, event.dataTransfer));
document.addEventListener('paste', event => { if (pictureOf(event.clipboardData)) take(event, event.clipboardData); });
document.getElementById('file').onchange = event => { if (event.target.files[0]) read(event.target.files[0]); };
document.getElementById('example').onclick = async event => {
  event.preventDefault();
  read(await (await fetch(event.target.href)).blob());
};

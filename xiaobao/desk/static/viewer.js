// Turns, enlarges and leafs through evidence; without it the picture and the links to its neighbours still work.
"use strict";

const stage = document.querySelector("[data-viewer]");
const MOST = 8;
const LEAST = 0.25;

// Left and right go to the file before and after, unless somebody types.
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = way && document.querySelector(`a[rel=${way}]`);
  if (link && !scrollsSideways()) { event.preventDefault(); link.click(); }
});

// An enlarged picture that has the focus is moved by the arrows, not left.
function scrollsSideways() {
  return Boolean(stage) && document.activeElement === stage && stage.scrollWidth > stage.clientWidth + 1;
}

if (stage) {
  const sheet = stage.querySelector(".sheet");
  const picture = sheet.querySelector("img");
  let quarter = 0; // turns by 90 degrees
  let zoom = 1; // 1: as large as the stage allows

  const draw = () => {
    const { naturalWidth: width, naturalHeight: height } = picture;
    if (!width) return;
    const lying = quarter % 2 === 1;
    const [across, down] = lying ? [height, width] : [width, height];
    const fit = Math.min(stage.clientWidth / across, stage.clientHeight / down);
    const scale = fit * zoom;
    sheet.classList.add("free");
    sheet.style.width = `${across * scale}px`;
    sheet.style.height = `${down * scale}px`;
    picture.style.width = `${width * scale}px`;
    picture.style.height = `${height * scale}px`;
    picture.style.transform = `translate(-50%, -50%) rotate(${quarter * 90}deg)`;
  };
  const turn = () => { quarter = (quarter + 1) % 4; draw(); };
  // What was in the middle stays in the middle.
  const enlarge = (by) => {
    const across = (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth;
    const down = (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight;
    zoom = Math.min(MOST, Math.max(LEAST, zoom * by));
    draw();
    stage.scrollTo(across * stage.scrollWidth - stage.clientWidth / 2, down * stage.scrollHeight - stage.clientHeight / 2);
  };
  const reset = () => { zoom = 1; draw(); };

  document.querySelector("[data-turn]").addEventListener("click", turn);
  document.querySelector("[data-fit]").addEventListener("click", reset);
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => enlarge(Number(button.dataset.zoom)));
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "r" || event.key === "R") turn();
    if (event.key === "+" || event.key === "=") enlarge(1.25);
    if (event.key === "-") enlarge(0.8);
    if (event.key === "0") reset();
  });
  window.addEventListener("resize", draw);
  picture.addEventListener("load", draw);
  draw();
  for (const hidden of document.querySelectorAll(".tools-picture, .keys")) hidden.hidden = false;
}

"""What a telephone does to papers and screens: tilt, blur, weak contrast, uneven light, noise, JPEG."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.float32]

JPEG_QUALITY = 35
CHANCES = {
    "perspective": 0.30,
    "tilt": 0.40,
    "light": 0.40,
    "contrast": 0.25,
    "brightness": 0.40,
    "shrink": 0.30,
    "blur": 0.35,
    "noise": 0.35,
}


def load(folder: str | Path) -> list[tuple[dict[str, Any], Image.Image]]:
    """Rows of ``folder/labels.jsonl`` with their clean pictures in RGB."""
    root = Path(folder)
    rows = [json.loads(line) for line in (root / "labels.jsonl").read_text(encoding="utf-8").splitlines() if line]
    pairs = []
    for row in rows:
        with Image.open(root / "clean" / f"{row['id']}.png") as picture:
            pairs.append((row, picture.convert("RGB")))
    return pairs


def tilt(picture: Image.Image, degrees: float, ground: tuple[int, int, int]) -> Image.Image:
    """Turn the picture and fill the corners with the colour of the table below."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=ground)


def perspective(picture: Image.Image, shifts: Floats, ground: tuple[int, int, int]) -> Image.Image:
    """Move the four corners inwards by ``shifts`` (4 x 2, parts of width and height)."""
    wide, high = picture.size
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float64)
    inward = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], np.float64)
    moved = corners + inward * shifts * (wide, high)
    rows, right = [], []
    for (u, v), (x, y) in zip(corners, moved, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    factors = np.linalg.solve(np.array(rows), np.array(right))
    return picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        tuple(float(factor) for factor in factors),
        Image.Resampling.BICUBIC,
        fillcolor=ground,
    )


def contrast(picture: Image.Image, factor: float) -> Image.Image:
    """Draw all values towards the mean brightness."""
    values = np.asarray(picture, np.float32)
    return to_image((values - values.mean()) * factor + values.mean())


def uneven_light(picture: Image.Image, angle: float, low: float, high: float) -> Image.Image:
    """Multiply by a slope of light that runs from ``low`` to ``high`` in the direction of ``angle``."""
    values = np.asarray(picture, np.float32)
    rows, columns = values.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    slope = x / columns * np.cos(angle) + y / rows * np.sin(angle)
    slope = (slope - slope.min()) / (slope.max() - slope.min())
    return to_image(values * (low + (high - low) * slope)[..., None])


def noise(picture: Image.Image, strength: float, rng: np.random.Generator) -> Image.Image:
    """Add grain of a small sensor, the same in all three colours."""
    values = np.asarray(picture, np.float32)
    return to_image(values + rng.normal(0, strength, values.shape[:2])[..., None])


def jpeg(picture: Image.Image, quality: int = JPEG_QUALITY) -> Image.Image:
    """The picture after being stored as JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    return Image.open(buffer).convert("RGB")


def to_image(values: Floats) -> Image.Image:
    """Clip numbers to bytes."""
    return Image.fromarray(np.clip(values, 0, 255).round().astype(np.uint8))


def degrade(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Damage a clean picture as a telephone would: some of the faults by chance, JPEG of quality 35 always.

    All chances and strengths are drawn in a fixed order, so that a seed gives the same result on every machine.
    Faults that together would kill small print weaken one another: with low contrast or a small picture the blur is
    kept at its lower end, and a dark screen is not darkened as much as white paper.
    """
    draw = {name: bool(rng.random() < chance) for name, chance in CHANCES.items()}
    degrees = float(rng.uniform(5, 15) * rng.choice([-1, 1]))
    shifts = rng.uniform(0, 0.045, (4, 2))
    tint = int(rng.integers(60, 200))
    ground = (tint, int(tint * 0.95), int(tint * 0.88))
    angle, low, high = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.55, 0.75)), float(rng.uniform(1.0, 1.15))
    shift, radius, strength = float(rng.uniform(-45, 40)), float(rng.uniform(0.6, 1.4)), float(rng.uniform(4, 10))

    result = picture.convert("RGB")
    if draw["perspective"]:
        result = perspective(result, shifts, ground)
    if draw["tilt"]:
        result = tilt(result, degrees, ground)
    if draw["light"]:
        result = uneven_light(result, angle, low, high)
    if draw["contrast"]:
        result = contrast(result, 0.4)
    if draw["brightness"]:
        darkest = -0.35 * float(np.asarray(picture.convert("L")).mean())
        result = to_image(np.asarray(result, np.float32) + max(shift, darkest))
    if draw["shrink"]:
        wide, high_px = (round(side * 0.7) for side in result.size)
        result = result.resize((wide, high_px), Image.Resampling.BILINEAR)
    if draw["blur"]:
        weak = draw["shrink"] or draw["contrast"]
        result = result.filter(ImageFilter.GaussianBlur(min(radius, 0.9) if weak else radius))
    if draw["noise"]:
        result = noise(result, strength * (0.5 if draw["contrast"] else 1.0), rng)
    return jpeg(result)

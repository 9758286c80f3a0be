"""A film in a real browser: stepped through frame by frame, exactly."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.projects.models import Project
from apps.tasks.actions.assets import keep_asset
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory
from tests.tasks.recordings import film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIELDS = [{"name": "film", "display": "video"}]
# The number that the shown frame has written along its top, sixteen bars of light and dark.
READ = """() => {
  const film = document.querySelector('#stage video');
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 120 });
  const pen = canvas.getContext('2d');
  pen.drawImage(film, 0, 0, 160, 120);
  let number = 0;
  for (let bit = 0; bit < 16; bit += 1) {
    if (pen.getImageData(bit * 10 + 5, 14, 1, 1).data[0] > 127) number += 1 << bit;
  }
  return number;
}"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def shown(**made):
    project = ProjectFactory(fields=FIELDS)
    keep_asset(project=project, name="gate.mp4", file=film(60, **made))
    QuestionFactory(project=project, name="wants")
    TaskFactory(project=project, data={"film": "gate.mp4"})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def at_frame(page, number):
    page.wait_for_function(
        "n => document.querySelector('#stage video-view').frame === n"
        " && document.querySelector('[data-frame]').textContent === String(n)",
        arg=number,
    )


@pytest.mark.parametrize(("form", "codec"), [("mp4", "libx264"), ("webm", "libvpx-vp9")])
def test_each_frame_is_shown_by_its_number(open_page, form, codec):
    page = open_page(shown(form=form, codec=codec))
    seek = "n => document.querySelector('#stage video-view').seekFrame(n)"

    for number in (7, 8, 9, 59, 31, 30, 0, 1, 44):
        assert page.evaluate(seek, number) == number
        assert page.evaluate(READ) == number


def test_by_keys_and_buttons_alone(open_page):
    page = open_page(shown())
    heard = """() => { window.heard = [];
      document.querySelector('video-view').addEventListener('framechange', event => heard.push(event.detail.frame)); }"""
    page.evaluate(heard)

    for key in (".", ".", ">"):
        page.keyboard.press(key)
    at_frame(page, 12)
    assert page.evaluate(READ) == 12
    page.keyboard.press(",")
    at_frame(page, 11)
    page.keyboard.press("<")
    at_frame(page, 1)
    expect(page.locator("[data-now]")).to_have_text("0:00.040")
    assert page.evaluate("heard.at(-1)") == 1
    page.locator("[data-by='10']").click()
    at_frame(page, 11)

    page.keyboard.press("Space")
    expect(page.locator("[data-play-words]")).to_have_text("Pause")
    page.wait_for_function("() => document.querySelector('video-view').frame > 15")
    page.keyboard.press("Space")
    expect(page.locator("[data-play-words]")).to_have_text("Play")
    rests = page.evaluate("document.querySelector('video-view').frame")
    assert page.evaluate(READ) == rests
    page.keyboard.press(".")
    at_frame(page, rests + 1)


def test_the_ruler_and_the_wheel(open_page):
    page = open_page(shown())
    box = page.locator(".time-ruler").bounding_box()

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    at_frame(page, 30)
    page.mouse.wheel(0, -800)
    axis = "(() => { const { from, to } = document.querySelector('video-view').strip.axis; return [from, to]; })()"
    start, end = page.evaluate(axis)
    assert end - start < 1.2
    assert start < 1.2 < end
    page.keyboard.press("f")
    assert page.evaluate(axis) == pytest.approx([0, 2.4])


def test_what_is_drawn_lies_in_the_film_s_own_pixels(open_page):
    page = open_page(shown())

    size = page.evaluate("""() => {
      const view = document.querySelector('video-view');
      view.zoom(3, { x: 0, y: 0 });
      const film = view.querySelector('video').getBoundingClientRect();
      const at = new DOMPoint(0, 0).matrixTransform(view.svg.getScreenCTM());
      const end = new DOMPoint(160, 120).matrixTransform(view.svg.getScreenCTM());
      return [film.left - at.x, film.top - at.y, film.right - end.x, film.bottom - end.y];
    }""")

    assert size == pytest.approx([0, 0, 0, 0], abs=0.6)


def test_a_film_of_uneven_frames_says_so(open_page):
    page = open_page(shown(skip=frozenset({7, 8})))

    expect(page.locator(".film")).to_contain_text("their numbers are only near")

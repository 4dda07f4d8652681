"""Show kept pages in a browser: each as the server sent it, its style sheets and scripts from the application."""

from urllib.parse import urlsplit

from webapp.testing.desk import Desk

ORIGIN = "http://localhost"
"""A secure context for a browser, so that copy buttons are there; nothing listens, every request is answered here."""
DROPPED = {"content-disposition", "content-length", "content-encoding", "transfer-encoding", "set-cookie", "location"}


class Stage:
    """A tab that shows places."""

    def __init__(self, browser, app, **how):
        self.context = browser.new_context(locale="en-GB", reduced_motion="reduce", **how)
        self.page = self.context.new_page()
        self.desks, self.app = {}, app
        self.place = None
        self.assets = {}
        self.page.route("**/*", self._answer)

    def show(self, place):
        """Show a place; return the page when everything it needs is there."""
        self.place = place
        self.page.goto(ORIGIN + place.address)
        return self.page

    def close(self):
        """Close the tab."""
        self.context.close()

    def _answer(self, route):
        asked = route.request
        parts = urlsplit(asked.url)
        if asked.is_navigation_request():
            headers = {name: value for name, value in self.place.headers.items() if name.lower() not in DROPPED}
            if "attachment" in self.place.headers.get("Content-Disposition", ""):
                headers.pop("Content-Security-Policy")  # it is opened from the disk
            route.fulfill(status=200, headers=headers, body=self.place.html)
            return
        where = parts.path + ("?" + parts.query if parts.query else "")
        if where not in self.assets:
            answer = self._desk().client.open(
                where, method=asked.method, headers={"HX-Request": asked.headers.get("hx-request", "")}
            )
            headers = {name: value for name, value in answer.headers.items() if name.lower() not in DROPPED}
            given = {"status": answer.status_code, "headers": headers, "body": answer.data}
            if "static" not in parts.path:
                route.fulfill(**given)
                return
            self.assets[where] = given
        route.fulfill(**self.assets[where])

    def _desk(self):
        member = self.place.member
        if member not in self.desks:
            self.desks[member] = Desk(self.app.test_client(), member)
        return self.desks[member]

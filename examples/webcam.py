"""Watches whoever sits in front of a webcam, and shows the listener's face in a window.

    python examples/webcam.py [NUMBER]     (q ends it)

The window needs an OpenCV with windows: opencv-python in place of opencv-python-headless.
"""

import sys
import time

import cv2

from vico_listener import ListeningHead


def main(number: int) -> None:
    """Show the answer to a camera until q is pressed or the camera ends."""
    camera = cv2.VideoCapture(number)
    with ListeningHead(attitude='positive', audio=None, renderer='portrait', size=384) as head:
        there, image = camera.read()
        if not there:
            sys.exit(f'camera {number} shows nothing: is it connected, and free?')
        while there:
            for answer in head.see(image, time.monotonic_ns()):
                cv2.imshow('listener', answer.picture)
            if cv2.waitKey(1) == ord('q'):
                break
            there, image = camera.read()
    camera.release()


if __name__ == '__main__':
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)

"""The names of the steps of the stack that a trace knows."""

ARRIVAL, SEE, LISTENER = 'arrival', 'image', 'listener'
DECODE, FACE, FEATURES, LIMITER, PUBLISH = 'decode', 'face', 'features', 'limiter', 'publish'

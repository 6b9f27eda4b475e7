"""The renderer `pirender`: PIRenderer, from a portrait and `bfm64` motions to pictures."""

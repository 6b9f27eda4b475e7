"""The renderer `pirender`: draws pictures by PIRenderer from a portrait and motion in `bfm64`."""

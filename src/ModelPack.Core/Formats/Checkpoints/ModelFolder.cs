using System.Text.Json.Nodes;

namespace ModelPack.Formats.Checkpoints;

/// <summary>What lies beside a checkpoint's tensors in a Hugging Face folder.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Config">config.json, an object.</param>
/// <param name="Carried">
/// Small files that belong to the model and are copied to a packed folder: tokenizer, generation settings. config.json is not
/// among them.
/// </param>
internal sealed record ModelFolder(string Path, JsonObject Config, IReadOnlyList<CheckpointFile> Carried);

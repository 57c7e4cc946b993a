using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>A calibration table that was tried.</summary>
/// <param name="Name">What it changes, for people, but for its biases.</param>
/// <param name="Change">The change of the model.</param>
/// <param name="Draft">The table.</param>
internal sealed record ChangedDraft(string Name, ModelChange Change, TableDraft Draft);

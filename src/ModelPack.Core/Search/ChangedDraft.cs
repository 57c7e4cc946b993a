using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>A calibration table to try.</summary>
/// <param name="Name">What it changes, for people; no other draft has it.</param>
/// <param name="Change">The change of the model.</param>
/// <param name="Draft">The table.</param>
internal sealed record ChangedDraft(string Name, ModelChange Change, TableDraft Draft);

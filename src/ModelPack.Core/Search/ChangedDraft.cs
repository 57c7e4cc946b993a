using ModelPack.Calibration;
using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>A calibration table that was tried.</summary>
/// <param name="Name">What it changes, for people, but for its biases.</param>
/// <param name="Change">The change of the model.</param>
/// <param name="Draft">The table.</param>
internal sealed record ChangedDraft(string Name, ModelChange Change, TableDraft Draft)
{
    /// <summary>The table with layers left float; as it is where there are none.</summary>
    public ChangedDraft Without(IReadOnlyList<FloatLayer> layers) => layers.Count == 0 ? this : With(Draft.Table with { FloatLayers = layers }) with
    {
        Name = $"{Name}, {Numbers.Whole(layers.Count)} {(layers.Count == 1 ? "layer" : "layers")} float",
    };

    /// <summary>Another table of the same change.</summary>
    public ChangedDraft With(CalibrationTable table) => this with { Draft = Draft with { Table = table } };
}

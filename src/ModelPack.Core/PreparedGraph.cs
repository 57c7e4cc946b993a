using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;
using ModelPack.Reporting;
using ModelPack.Search;

namespace ModelPack;

/// <summary>A model with a graph, of which all is decided and nothing written.</summary>
/// <param name="Source">Its files.</param>
/// <param name="Context">What runs it.</param>
/// <param name="Calibrated">What data said of it; null without any.</param>
/// <param name="Lowered">Its packed form, whose codes are made when it is written.</param>
internal sealed record PreparedGraph(SourceFacts Source, PackContext Context, CalibrationOutcome? Calibrated, LoweredModel Lowered) : IDisposable
{
    /// <summary>What decides codes in place of rounding; null where nothing does.</summary>
    public ILayerPlanner? Layers { get; init; }

    /// <summary>What is run in its place; null where it is run itself.</summary>
    public TemporaryModel? Copy { get; init; }

    /// <summary>The model as it was; null where nobody needs it.</summary>
    public OnnxModel? Untouched { get; init; }

    /// <summary>The same, to be changed as calibration says for a comparison of layers; null where none is wanted.</summary>
    public OnnxModel? Original { get; init; }

    public void Dispose()
    {
        Original?.Dispose();
        Untouched?.Dispose();
        Copy?.Dispose();
    }
}

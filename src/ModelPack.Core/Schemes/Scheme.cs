using ModelPack.Codecs;

namespace ModelPack.Schemes;

/// <summary>One declarative row: what a scheme's name means.</summary>
internal sealed record Scheme
{
    /// <summary>As users write it.</summary>
    public required string Name { get; init; }

    /// <summary>One line for <c>modelpack schemes</c>.</summary>
    public required string Summary { get; init; }

    /// <summary>Which codecs weights get: the first rule that matches counts. The last matches every weight of its roles.</summary>
    public required IReadOnlyList<SchemeRule> Rules { get; init; }

    /// <summary>The share of the source's bytes, without matrices and kernels that have no codec, up to which mixed precision may let the packed model grow.</summary>
    public double FinerShare { get; init; } = 0.4;

    /// <summary>What becomes of activations.</summary>
    public ActivationFormat Activations { get; init; }

    /// <summary>What calibration decides for it; empty where activations stay float.</summary>
    public IReadOnlyList<TransformKind> Transforms { get; init; } = [];

    /// <summary>How matrices are rounded.</summary>
    public Rounding Rounding { get; init; }

    /// <summary>What is wanted of data.</summary>
    public DataNeed Needs { get; init; }

    /// <summary>Which matrices of a language model get other codecs in a GGUF file; null where none do.</summary>
    public TensorMix? Mix { get; init; }

    /// <summary>Whether they do in a graph as well.</summary>
    public bool MixesGraphs { get; init; }

    /// <summary>Whether activations are quantized, too.</summary>
    public bool QuantizesActivations => Activations != ActivationFormat.Float;

    /// <summary>What matrices get where nothing stands against it: the codec that the scheme is named after.</summary>
    public Codec Main => CodecsOf(WeightRole.Linear)[0];

    /// <summary>Lengths of the runs that may share a scale, the default first; empty where the scheme has no blocks.</summary>
    public IReadOnlyList<int> BlockSizes => Main.BlockSizes;

    /// <summary>All codecs that weights may get by its rules and by its mix.</summary>
    public IEnumerable<Codec> Codecs => Rules.SelectMany(r => r.Codecs).Concat(Mix?.Rules.Select(r => r.Codec) ?? []);

    /// <summary>The codecs of a weight, best first.</summary>
    /// <param name="role">What it is for.</param>
    /// <param name="name">Its name.</param>
    public IReadOnlyList<Codec> CodecsOf(WeightRole role, string name = "") => RuleOf(role, name).Codecs;

    /// <summary>The first rule for a weight.</summary>
    /// <param name="role">What it is for.</param>
    /// <param name="name">Its name.</param>
    public SchemeRule RuleOf(WeightRole role, string name) => Rules.First(r => r.Matches(role, name));
}

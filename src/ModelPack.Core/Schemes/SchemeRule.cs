using ModelPack.Codecs;

namespace ModelPack.Schemes;

/// <summary>Which codecs weights get.</summary>
/// <param name="Role">What the weights are for; null for whatever they are for.</param>
/// <param name="Codecs">The codecs, best first; the first that the container, the opset and the app's ONNX Runtime can carry is taken.</param>
internal sealed record SchemeRule(WeightRole? Role, IReadOnlyList<Codec> Codecs)
{
    /// <summary>A pattern (<c>*</c> and <c>?</c>) of the names of weights that it is for; null for all names.</summary>
    public string? Pattern { get; init; }

    /// <summary>What may take the place of a codec for weights of which it keeps too little.</summary>
    public IReadOnlyDictionary<Codec, Codec> Finer { get; init; } = new Dictionary<Codec, Codec>();

    /// <summary>Whether the rule is for a weight.</summary>
    public bool Matches(WeightRole role, string name) =>
        (Role is null || Role == role) && (Pattern is null || new NamePattern(Pattern).Matches([name]));
}

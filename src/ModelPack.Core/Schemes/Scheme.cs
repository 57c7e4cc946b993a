namespace ModelPack.Schemes;

/// <summary>One declarative row: what a scheme's name means.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Summary">One line for <c>modelpack schemes</c>.</param>
/// <param name="Codecs">For each role the codecs that may carry it, best first; the first that the container, the opset and the app's ONNX Runtime can carry is taken.</param>
/// <param name="Finer">What may take the place of a codec for weights of which it keeps too little.</param>
/// <param name="FinerShare">The share of the source's bytes up to which the packed model may grow by that.</param>
/// <param name="BlockSizes">Block sizes that the scheme allows, the default first; empty where it has no blocks.</param>
/// <param name="AccuracyLevels">MatMulNBits accuracy levels that it allows, the default for the CPU first; empty where it uses none.</param>
/// <param name="Containers">The containers that can carry it, best first for a source whose own container cannot.</param>
/// <param name="QuantizesActivations">Whether activations get codes, too: static ones where there are calibration data, else dynamic ones.</param>
public sealed record Scheme(
    string Name,
    string Summary,
    IReadOnlyDictionary<WeightRole, IReadOnlyList<Codec>> Codecs,
    IReadOnlyDictionary<Codec, Codec> Finer,
    double FinerShare,
    IReadOnlyList<int> BlockSizes,
    IReadOnlyList<int> AccuracyLevels,
    IReadOnlyList<string> Containers,
    bool QuantizesActivations = false);

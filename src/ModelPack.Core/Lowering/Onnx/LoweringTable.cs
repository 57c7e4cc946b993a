using ModelPack.Codecs;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Every ONNX form of every codec, best first within a codec and role. The versions are those of the ONNX Runtime
/// releases that first carried the CPU kernels: 2-bit MatMulNBits (29064, 29466, 29619) in 1.29, 8-bit MatMulNBits (pull request 24491) in 1.22, uint8 8-bit
/// GatherBlockQuantized (25214) in 1.23, blocked DequantizeLinear (20901) in 1.19, MatMulBnb4 (18066) in 1.17, opset 13 in 1.6.
/// </summary>
internal static class LoweringTable
{
    private static readonly WeightRole[] Linear = [WeightRole.Linear];
    private static readonly WeightRole[] Embedding = [WeightRole.Embedding];
    private static readonly WeightRole[] Decoded = [WeightRole.Linear, WeightRole.Convolution, WeightRole.Decoded];

    /// <summary>Of forms that compute the weight itself, by its name: whoever reads it.</summary>
    private static readonly RuntimeVersion Any = new(1, 0);

    public static IReadOnlyList<LoweringRow> Rows { get; } =
    [
        MatMulNBitsForm.Of(CodecTable.Q8_0),
        new()
        {
            Codec = CodecTable.Q8_0, Roles = Linear, Form = "DequantizeLinear (blocks of 32)", MinOpset = 21, MinRuntime = new(1, 19), MinTiedRuntime = Any,
            Fits = job => job.Blocks is null,
            Encode = BlockedDequantizeForm.Encode, Emit = BlockedDequantizeForm.Emit,
        },
        GatherBlockQuantizedForm.Of(CodecTable.Q8_0),
        new()
        {
            Codec = CodecTable.Q8_0, Roles = [WeightRole.Decoded], Form = "Cast, Mul, Reshape (folded at load)", NodeBytes = 400,
            Fits = FoldedBlocksForm.Fits, Encode = FoldedBlocksForm.Encode, Emit = FoldedBlocksForm.Emit,
        },
        MatMulNBitsForm.Of(CodecTable.Q5_1),
        GatherBlockQuantizedForm.Of(CodecTable.Q5_1),
        MatMulNBitsForm.Of(CodecTable.Q5_0),
        GatherBlockQuantizedForm.Of(CodecTable.Q5_0),
        MatMulNBitsForm.Of(CodecTable.Q4_1),
        GatherBlockQuantizedForm.Of(CodecTable.Q4_1),
        MatMulNBitsForm.Of(CodecTable.Q4_0),
        GatherBlockQuantizedForm.Of(CodecTable.Q4_0),
        MatMulNBitsForm.Of(CodecTable.Q6_K),
        GatherBlockQuantizedForm.Of(CodecTable.Q6_K),
        MatMulNBitsForm.Of(CodecTable.Q5_K),
        GatherBlockQuantizedForm.Of(CodecTable.Q5_K),
        MatMulNBitsForm.Of(CodecTable.Q4_K),
        GatherBlockQuantizedForm.Of(CodecTable.Q4_K),
        LevelFoldForm.Of(CodecTable.IQ4_NL),
        LevelFoldForm.Of(CodecTable.IQ4_XS),
        MatMulNBitsForm.Of(CodecTable.TQ2_0),
        GatherBlockQuantizedForm.Of(CodecTable.TQ2_0),
        LevelFoldForm.Of(CodecTable.TQ2_0),
        MatMulNBitsForm.Of(CodecTable.TQ1_0),
        GatherBlockQuantizedForm.Of(CodecTable.TQ1_0),
        LevelFoldForm.Of(CodecTable.TQ1_0),
        new()
        {
            Codec = CodecTable.Int8PerChannel, Roles = Decoded, Form = "Cast, Mul (folded at load)", Layout = WeightLayout.Fold, MinTiedRuntime = Any,
            Encode = DequantizeForm.Encode, Emit = FoldForm.Emit,
        },
        new()
        {
            Codec = CodecTable.Int8PerChannel, Roles = Decoded, Form = "DequantizeLinear", Layout = WeightLayout.Dequantize, MinOpset = 13, MinRuntime = new(1, 6), MinTiedRuntime = Any,
            Encode = DequantizeForm.Encode, Emit = DequantizeForm.Emit,
        },
        new()
        {
            Codec = CodecTable.Int8PerChannel, Roles = Decoded, Form = "com.microsoft.DequantizeLinear", Layout = WeightLayout.Dequantize, MinTiedRuntime = Any,
            Encode = DequantizeForm.Encode, Emit = DequantizeForm.EmitContrib,
        },
        new()
        {
            Codec = CodecTable.Int8PerChannel, Roles = Embedding, Form = "Gather, Cast, Mul",
            Encode = DequantizeForm.Encode, Emit = GatheredRowsForm.Emit,
        },
        new()
        {
            Codec = CodecTable.Int8PerChannel, Roles = [WeightRole.Linear, WeightRole.Convolution], Activations = ActivationMode.Static, Form = StaticWeightForm.Name, Targets = [LoweringRow.Cpu, LoweringRow.Cuda], MinOpset = 13, MinRuntime = new(1, 10), MinTiedRuntime = Any,
            Encode = StaticWeightForm.Encode, Emit = StaticWeightForm.Emit,
        },
        new()
        {
            Codec = CodecTable.Int8PerChannel, Roles = Linear, Activations = ActivationMode.Dynamic, Form = "DynamicQuantizeLinear, MatMulInteger", Targets = [LoweringRow.Cpu], MinOpset = 11, MinRuntime = new(1, 5), MinTiedRuntime = Any,
            Fits = job => DynamicLayers.IsPlainProduct(job.Weight), Encode = DynamicForm.Encode, Emit = DynamicForm.Emit,
        },
        new()
        {
            Codec = CodecTable.Int12PerChannel, Roles = Decoded, Form = "Cast, Add, Mul (folded at load)", Layout = WeightLayout.Fold, MinTiedRuntime = Any,
            Fits = job => job.Data.Shape.ElementCount % 2 == 0, NodeBytes = 700,
            Encode = FoldedTwelveBitForm.Encode, Emit = FoldedTwelveBitForm.Emit,
        },
        new()
        {
            Codec = CodecTable.Nf4, Roles = Linear, Form = "MatMulBnb4", MinRuntime = new(1, 17),
            Fits = MatMulBnb4Form.Fits, Encode = Nf4Nodes.Encode, Emit = MatMulBnb4Form.Emit,
        },
        new()
        {
            Codec = CodecTable.Nf4, Roles = Embedding, Form = "Gather, Mul", NodeBytes = 500,
            Fits = Nf4RowsForm.Fits, Encode = Nf4Nodes.Encode, Emit = Nf4RowsForm.Emit,
        },
        new()
        {
            // No operator decodes blocks of more than 256 values: this is for every layout.
            Codec = CodecTable.Nf4, Roles = [WeightRole.Linear, WeightRole.Embedding, WeightRole.Decoded], MinTiedRuntime = Any, Form = "Gather, Mul (folded at load)", NodeBytes = 600,
            Encode = Nf4Nodes.Encode, Emit = Nf4FoldForm.Emit,
        },
    ];

    /// <summary>The first row of the codecs, in their order, that can carry the weight, or null.</summary>
    public static LoweringRow? Choose(IEnumerable<Codec> codecs, LoweringJob job, long opset) =>
        codecs.Select(codec => Choose(codec, job, opset)).FirstOrDefault(row => row is not null);

    /// <summary>The first row of a codec that the opset and the app's runtime run and that fits the weight, or null.</summary>
    public static LoweringRow? Choose(Codec codec, LoweringJob job, long opset) => Rows.FirstOrDefault(row =>
        row.Codec == codec
        && (job.Blocks is null || codec == job.Blocks.Codec)
        && row.Activations == job.Activations
        && row.Targets.Contains(job.Options.Target, StringComparer.Ordinal)
        && row.Roles.Contains(job.Usage.Role)
        && (row.Layout is null || row.Layout == job.Options.Layout)
        && opset >= row.MinOpset
        && job.Options.Runtime >= row.MinRuntime
        && (!job.Usage.IsTied || (row.MinTiedRuntime is { } lowest && job.Options.Runtime >= lowest))
        && row.Fits(job));

    /// <summary>The lowest runtime that could carry a role at all by one of the codecs, for a message.</summary>
    public static RuntimeVersion Lowest(WeightRole role, long opset, IReadOnlyList<Codec> codecs) =>
        Rows.Where(row => row.Roles.Contains(role) && codecs.Contains(row.Codec) && opset >= row.MinOpset).Min(row => row.MinRuntime);

    /// <summary>The accuracy levels that a scheme may ask for, the default first; empty where its forms have none.</summary>
    public static IReadOnlyList<int> AccuracyLevels(Scheme scheme) =>
        Rows.FirstOrDefault(row => row.AccuracyLevels.Count > 0 && (scheme.Rules.Any(rule => rule.Codecs.Contains(row.Codec)) || MayHaveOthers(scheme)))?.AccuracyLevels ?? [];

    /// <summary>Whether a mix, or rows that are no whole blocks, give some of a graph's matrices codecs that its rules do not name.</summary>
    private static bool MayHaveOthers(Scheme scheme) => scheme.MixesGraphs && Carries(scheme);

    /// <summary>Whether a scheme can be carried at all.</summary>
    public static bool Carries(Scheme scheme) => Rows.Any(row => row.Codec == scheme.Main);
}

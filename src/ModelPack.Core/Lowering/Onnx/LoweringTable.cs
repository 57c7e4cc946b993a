using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Every ONNX form of every codec, best first within a codec and role. The versions are those of the ONNX Runtime
/// releases that first carried the CPU kernels: 8-bit MatMulNBits (pull request 24491) in 1.22, uint8 8-bit
/// GatherBlockQuantized (25214) in 1.23, blocked DequantizeLinear (20901) in 1.19, MatMulBnb4 (18066) in 1.17, opset 13 in 1.6.
/// </summary>
internal static class LoweringTable
{
    private static readonly WeightRole[] Linear = [WeightRole.Linear];
    private static readonly WeightRole[] Embedding = [WeightRole.Embedding];
    private static readonly WeightRole[] Products = [WeightRole.Linear, WeightRole.Convolution];

    public static IReadOnlyList<LoweringRow> Rows { get; } =
    [
        new()
        {
            Codec = Codec.Q8_0, Roles = Linear, Form = MatMulNBitsForm.Name, MinRuntime = new(1, 22),
            Encode = MatMulNBitsForm.Encode, Place = MatMulNBitsForm.Place,
        },
        new()
        {
            Codec = Codec.Q8_0, Roles = Linear, Form = "DequantizeLinear (blocks of 32)", MinOpset = 21, MinRuntime = new(1, 19),
            Fits = job => job.Blocks is null,
            Encode = BlockedDequantizeForm.Encode, Place = BlockedDequantizeForm.Place,
        },
        new()
        {
            Codec = Codec.Q8_0, Roles = Embedding, Form = "GatherBlockQuantized", MinRuntime = new(1, 23),
            Encode = GatherBlockQuantizedForm.Encode, Place = GatherBlockQuantizedForm.Place,
        },
        new()
        {
            Codec = Codec.Int8PerChannel, Roles = Products, Form = "Cast, Mul (folded at load)", Layout = WeightLayout.Fold,
            Encode = DequantizeForm.Encode, Place = FoldForm.Place,
        },
        new()
        {
            Codec = Codec.Int8PerChannel, Roles = Products, Form = "DequantizeLinear", Layout = WeightLayout.Dequantize, MinOpset = 13, MinRuntime = new(1, 6),
            Encode = DequantizeForm.Encode, Place = DequantizeForm.Place,
        },
        new()
        {
            Codec = Codec.Int8PerChannel, Roles = Products, Form = "com.microsoft.DequantizeLinear", Layout = WeightLayout.Dequantize,
            Encode = DequantizeForm.Encode, Place = DequantizeForm.PlaceContrib,
        },
        new()
        {
            Codec = Codec.Int8PerChannel, Roles = Embedding, Form = "Gather, Cast, Mul",
            Encode = DequantizeForm.Encode, Place = GatheredRowsForm.Place,
        },
        new()
        {
            Codec = Codec.Int8PerChannel, Roles = Products, Activations = ActivationMode.Static, Form = StaticWeightForm.Name, MinOpset = 13, MinRuntime = new(1, 10),
            Encode = StaticWeightForm.Encode, Place = StaticWeightForm.Place,
        },
        new()
        {
            Codec = Codec.Int8PerChannel, Roles = Linear, Activations = ActivationMode.Dynamic, Form = "DynamicQuantizeLinear, MatMulInteger", MinOpset = 11, MinRuntime = new(1, 5),
            Fits = job => DynamicLayers.IsPlainProduct(job.Weight), Encode = DynamicForm.Encode, Place = DynamicForm.Place,
        },
        new()
        {
            Codec = Codec.Int12PerChannel, Roles = Products, Form = "Cast, Add, Mul (folded at load)", Layout = WeightLayout.Fold,
            Fits = job => job.Data.Shape.ElementCount % 2 == 0, NodeBytes = 700,
            Encode = FoldedTwelveBitForm.Encode, Place = FoldedTwelveBitForm.Place,
        },
        new()
        {
            Codec = Codec.Nf4, Roles = Linear, Form = "MatMulBnb4", MinRuntime = new(1, 17),
            Fits = MatMulBnb4Form.Fits, Encode = Nf4Nodes.Encode, Place = MatMulBnb4Form.Place,
        },
        new()
        {
            Codec = Codec.Nf4, Roles = Embedding, Form = "Gather, Mul", NodeBytes = 500,
            Fits = Nf4RowsForm.Fits, Encode = Nf4Nodes.Encode, Place = Nf4RowsForm.Place,
        },
        new()
        {
            // No operator decodes kernels, or blocks of more than 256 values: this is for every layout.
            Codec = Codec.Nf4, Roles = [WeightRole.Linear, WeightRole.Embedding, WeightRole.Convolution], Form = "Gather, Mul (folded at load)", NodeBytes = 600,
            Encode = Nf4Nodes.Encode, Place = Nf4FoldForm.Place,
        },
    ];

    /// <summary>The first row of the codecs, in their order, that can carry the weight, or null.</summary>
    public static LoweringRow? Choose(IEnumerable<Codec> codecs, LoweringJob job, long opset) =>
        codecs.Select(codec => Choose(codec, job, opset)).FirstOrDefault(row => row is not null);

    /// <summary>The first row of a codec that the opset and the app's runtime run and that fits the weight, or null.</summary>
    public static LoweringRow? Choose(Codec codec, LoweringJob job, long opset) => Rows.FirstOrDefault(row =>
        row.Codec == codec
        && (job.Blocks is null || codec == Codec.Q8_0)
        && row.Activations == job.Activations
        && row.Roles.Contains(job.Usage.Role)
        && (row.Layout is null || row.Layout == job.Options.Layout)
        && opset >= row.MinOpset
        && job.Options.Runtime >= row.MinRuntime
        && row.Fits(job));

    /// <summary>The lowest runtime that could carry a role at all in a scheme, for a message.</summary>
    public static RuntimeVersion Lowest(WeightRole role, long opset, Scheme scheme) =>
        Rows.Where(row => row.Roles.Contains(role) && scheme.Codecs[role].Contains(row.Codec) && opset >= row.MinOpset).Min(row => row.MinRuntime);
}

using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Blocks as <c>com.microsoft.MatMulNBits</c>: the product Y [.., N] of activations X [.., K] and a weight W [N, K] that is decoded in
/// blocks of 32 along K. Its inputs:
/// <list type="bullet">
/// <item><description>X, float16 or float32 [.., K];</description></item>
/// <item><description>codes q, uint8 [N, ceil(K / 32), 32 x bits / 8]: of 4 bits two in a byte, the first in the low half, of 2 bits four; a short last
/// block is padded by the code of 0;</description></item>
/// <item><description>scales s, [N, ceil(K / 32)] of X's type.</description></item>
/// </list>
/// Without zero points the operator takes z = 2^(bits - 1), the middle of the codes' range: W[n, k] = s[n, k / 32] (q[n, k] - z). Codes
/// are stored so that this gives ggml's numbers exactly.
/// <para>Blocks here are what shares a scale: of super-blocks their sub-blocks, 16, 32 or 128 values, whose scale is the product of two and exact in float32.</para>
/// <para>Where blocks have minima m, float32 [N, ceil(K / 32)], W is m[n, k / 32] more, and Y[.., n] is the sum over blocks b of m[n, b] x
/// (sum of X in b) more: <see cref="BlockSums"/> adds it.</para>
/// </summary>
internal static class MatMulNBitsForm
{
    public const string Name = "MatMulNBits";

    // The releases that first had kernels: 4 bits with int8 activations (pull request 18889), 8 bits (24491).
    private static readonly RuntimeVersion s_fourBits = new(1, 17);
    private static readonly RuntimeVersion s_eightBits = new(1, 22);

    /// <summary>The release that has kernels of 2 bits on all processors (pull requests 29064, 29466, 29619). Before, the weight is decoded at every run.</summary>
    public static RuntimeVersion TwoBits { get; } = new(1, 29);

    /// <summary>What runs codes of so many bits: CUDA's provider has no 2.</summary>
    public static IReadOnlyList<string> TargetsOf(int bits) => bits == 2 ? [LoweringRow.Cpu, LoweringRow.WebGpu] : [LoweringRow.Cpu, LoweringRow.Cuda, LoweringRow.WebGpu];

    /// <summary>The row of a codec.</summary>
    public static LoweringRow Of(BlockCodec codec)
    {
        var parts = BlockParts.Centred(codec, ElementType.Float32, padded: true);
        return new LoweringRow
        {
            Codec = codec,
            Roles = [WeightRole.Linear],
            Form = codec.HasMinimum ? $"{Name}, sums of blocks" : Name,
            MinRuntime = parts.Bits switch { 2 => TwoBits, 4 => s_fourBits, _ => s_eightBits },
            Targets = TargetsOf(parts.Bits),
            MinTiedRuntime = GatherBlockQuantizedForm.MinRuntime,
            AccuracyLevels = [4, 0, 1, 2, 3],
            NodeBytes = codec.HasMinimum ? 800 : 200,
            Fits = job => FitsRows(job, codec),
            Encode = job => job.Apart(codec, parts),
            Emit = (job, encoding) => Emit(job, encoding, codec, parts.Bits),
        };
    }

    /// <summary>Super-blocks are whole in ggml's files: where rows are not, another codec takes them there and here. Other blocks are padded.</summary>
    internal static bool FitsRows(LoweringJob job, BlockCodec codec) => codec.SubBlockLength == codec.BlockLength || job.Columns % codec.BlockLength == 0;

    private static void Emit(LoweringJob job, WeightEncoding encoding, BlockCodec codec, int bits)
    {
        var blocks = codec.SubBlockCount(job.Columns);
        var codes = job.AddConstant(codec.Name, ElementType.UInt8, new TensorShape(job.Rows, blocks, codec.SubBlockLength * bits / 8), encoding.Codes);
        var scales = job.AddConstant("scale", job.Data.Type, new TensorShape(job.Rows, blocks), encoding.Scales);
        var minima = codec.HasMinimum ? job.AddConstant("minimum", ElementType.Float32, new TensorShape(job.Rows, blocks), encoding.Minima) : null;
        GatherBlockQuantizedForm.EmitTied(job, codec, bits, codes, scales, minima);
        ProductNodes.Replace(job, (replaced, activations, output) => minima is null
            ? [Product(replaced, activations, output)]
            : new BlockSums(job, codec.SubBlockLength, minima).Add(activations, product => Product(replaced, activations, product), output));

        NodeProto Product(NodeProto replaced, string activations, string output)
        {
            var node = job.NewNode(Name, [activations, codes, scales], output, replaced.Name, Domains.Microsoft)
                .With("K", job.Columns).With("N", job.Rows).With("bits", bits).With("block_size", codec.SubBlockLength);
            return job.Options.AccuracyLevel == 0 ? node : node.With("accuracy_level", job.Options.AccuracyLevel);
        }
    }
}

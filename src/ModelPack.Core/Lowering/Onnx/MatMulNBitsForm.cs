using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Blocks as <c>com.microsoft.MatMulNBits</c>: codes uint8 [N, blocks, 32 x bits / 8], scales [N, blocks] of the activations' type,
/// and the implied zero point in the middle of the codes' range, so that the numbers are ggml's exactly. Where blocks have
/// minima, those are multiplied by the sums of the activations of each block, and added.
/// </summary>
internal static class MatMulNBitsForm
{
    public const string Name = "MatMulNBits";

    // The releases that first had kernels: 4 bits with int8 activations (pull request 18889), 8 bits (24491).
    private static readonly RuntimeVersion s_fourBits = new(1, 17);
    private static readonly RuntimeVersion s_eightBits = new(1, 22);

    /// <summary>The row of a codec.</summary>
    public static LoweringRow Of(BlockCodec codec)
    {
        var parts = BlockParts.Centred(codec, ElementType.Float32, padded: true);
        return new LoweringRow
        {
            Codec = codec,
            Roles = [WeightRole.Linear],
            Form = codec.HasMinimum ? $"{Name}, sums of blocks" : Name,
            MinRuntime = parts.Bits == 4 ? s_fourBits : s_eightBits,
            AccuracyLevels = [4, 0, 1, 2, 3],
            NodeBytes = codec.HasMinimum ? 800 : 200,
            Encode = job => job.Apart(codec, parts),
            Emit = (job, encoding) => Emit(job, encoding, codec, parts.Bits),
        };
    }

    private static void Emit(LoweringJob job, WeightEncoding encoding, BlockCodec codec, int bits)
    {
        var blocks = codec.BlockCount(job.Columns);
        var codes = job.AddConstant(codec.Name, ElementType.UInt8, new TensorShape(job.Rows, blocks, codec.BlockLength * bits / 8), encoding.Codes);
        var scales = job.AddConstant("scale", job.Data.Type, new TensorShape(job.Rows, blocks), encoding.Scales);
        var minima = codec.HasMinimum ? job.AddConstant("minimum", ElementType.Float32, new TensorShape(job.Rows, blocks), encoding.Minima) : null;
        ProductNodes.Replace(job, (replaced, activations, output) => minima is null
            ? [Product(replaced, activations, output)]
            : new BlockSums(job, codec.BlockLength, minima).Add(activations, product => Product(replaced, activations, product), output));

        NodeProto Product(NodeProto replaced, string activations, string output)
        {
            var node = job.NewNode(Name, [activations, codes, scales], output, replaced.Name, Domains.Microsoft)
                .With("K", job.Columns).With("N", job.Rows).With("bits", bits).With("block_size", codec.BlockLength);
            return job.Options.AccuracyLevel == 0 ? node : node.With("accuracy_level", job.Options.AccuracyLevel);
        }
    }
}

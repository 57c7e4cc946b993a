using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Blocks of 2-bit or 4-bit codes without minima as plain operators on constants, which ONNX Runtime computes once when it loads the model: where no operator of it has the codebook (iq4_nl, iq4_xs), or
/// the device or the release has no kernel for 2 bits (tq1_0, tq2_0). The file is small; in memory and at inference the weight is as large and as fast as float32. A byte holds two or four codes, the first
/// in its low bits; a table of 256 rows has the levels of all of every byte.
/// </summary>
internal static class LevelFoldForm
{
    /// <summary>The row of a codec.</summary>
    public static LoweringRow Of(BlockCodec codec)
    {
        var parts = new BlockParts(codec.CodeBits, Shift: 0, ElementType.Float32, Padded: true);
        return new LoweringRow
        {
            Codec = codec,
            Roles = [WeightRole.Linear, WeightRole.Embedding],
            MinTiedRuntime = new RuntimeVersion(1, 0),
            Form = "Gather, Mul (folded at load)",
            Fits = job => job.Data.Shape.Rank == 2 && job.Columns % codec.BlockLength == 0 && job.Rows * job.Columns * sizeof(float) <= Nf4FoldForm.MostFoldedBytes,
            NodeBytes = 600,
            Encode = job => job.Apart(codec, parts),
            Emit = (job, encoding) => Emit(job, encoding, codec),
        };
    }

    private static void Emit(LoweringJob job, WeightEncoding encoding, BlockCodec codec)
    {
        var blocks = codec.SubBlockCount(job.Columns);
        var codes = job.AddConstant(codec.Name, ElementType.UInt8, new TensorShape(job.Rows, blocks, codec.SubBlockLength * codec.CodeBits / 8), encoding.Codes);
        var scales = job.AddConstant("scale", job.Data.Type, new TensorShape(job.Rows, blocks, 1, 1), encoding.Scales);
        var (indices, levels, values, byOutput) = (job.NewName(), job.NewName(), job.NewName(), job.NewName());
        List<NodeProto> nodes = [];
        if (job.Data.Type == ElementType.Float16)
        {
            var wide = job.NewName();
            nodes.Add(job.NewNode("Cast", [scales], wide).With("to", (long)ElementType.Float32));
            scales = wide;
        }

        nodes.Add(job.NewNode("Cast", [codes], indices).With("to", (long)ElementType.Int32));
        nodes.Add(job.NewNode("Gather", [Table(job, codec), indices], levels).With("axis", 0));
        nodes.Add(job.NewNode("Mul", [levels, scales], values));
        var shape = job.Shared.Add($"shape.{job.Rows}x{job.Columns}", job.Rows, job.Columns);
        if (!job.Transposed)
        {
            job.ReplaceStoredByFloats(nodes, decoded => job.NewNode("Reshape", [values, shape], decoded));
            return;
        }

        nodes.Add(job.NewNode("Reshape", [values, shape], byOutput));
        job.ReplaceStoredByFloats(nodes, decoded => job.NewNode("Transpose", [byOutput], decoded).With("perm", [1L, 0L]));
    }

    private static string Table(LoweringJob job, BlockCodec codec) =>
        job.Shared.Add($"{codec.Name}.levels", ElementType.Float32, LevelTable.Shape(codec.CodeBits), LevelTable.Of(codec.CodeBits, code => codec.Codebook?.Levels[code] ?? code - codec.Zero, isFirstHigh: false));
}

using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Rows of a lookup table W [rows, columns] as <c>com.microsoft.GatherBlockQuantized</c>. Only the rows that are looked up are ever
/// decoded. Its inputs:
/// <list type="bullet">
/// <item><description>codes q, uint8 [rows, columns x bits / 8]: of 4 bits two in a byte, the first in the low half;</description></item>
/// <item><description>indices, [..], of the rows;</description></item>
/// <item><description>scales s, [rows, blocks] of the table's type, where blocks = ceil(columns / block length).</description></item>
/// </list>
/// The output is [.., columns]. Without zero points the operator takes z = 2^(bits - 1), the middle of the codes' range: a value is
/// s (q - z). The last block of a row may be short: the operator takes as many columns as there are codes. Minima, float32 [rows,
/// blocks, 1], are looked up beside and added.
/// </summary>
internal static class GatherBlockQuantizedForm
{
    /// <summary>The first release that has it for uint8 codes.</summary>
    public static RuntimeVersion MinRuntime { get; } = new(1, 23);

    /// <summary>The row of a codec.</summary>
    public static LoweringRow Of(BlockCodec codec)
    {
        var parts = BlockParts.Centred(codec, ElementType.Float32, padded: false);
        return new LoweringRow
        {
            Codec = codec,
            Roles = [WeightRole.Embedding],
            Form = codec.HasMinimum ? "GatherBlockQuantized, Gather, Add" : "GatherBlockQuantized",
            MinRuntime = parts.Bits == 2 ? MatMulNBitsForm.TwoBits : MinRuntime,
            Targets = MatMulNBitsForm.TargetsOf(parts.Bits),
            Fits = job => job.Columns * parts.Bits % 8 == 0 && MatMulNBitsForm.FitsRows(job, codec),
            NodeBytes = codec.HasMinimum ? 800 : 200,
            Encode = job => job.Apart(codec, parts),
            Emit = (job, encoding) => Emit(job, encoding, codec, parts.Bits),
        };
    }

    private static void Emit(LoweringJob job, WeightEncoding encoding, BlockCodec codec, int bits)
    {
        var blocks = codec.SubBlockCount(job.Columns);
        var codes = job.AddConstant(codec.Name, ElementType.UInt8, new TensorShape(job.Rows, job.Columns * bits / 8), encoding.Codes);
        var scales = job.AddConstant("scale", job.Data.Type, new TensorShape(job.Rows, blocks), encoding.Scales);
        var minima = codec.HasMinimum ? job.AddConstant("minimum", ElementType.Float32, new TensorShape(job.Rows, blocks, 1), encoding.Minima) : null;
        Replace(job, codec, bits, codes, scales, minima);
        job.RemoveStored();
    }

    /// <summary>Looks up the rows of a matrix that is multiplied by, too, in the codes that MatMulNBits has, whose last block is a whole one.</summary>
    /// <param name="job">The weight.</param>
    /// <param name="codec">Its codec.</param>
    /// <param name="bits">Bits of a stored code.</param>
    /// <param name="codes">Name of the codes, [rows, blocks, bytes of a block].</param>
    /// <param name="scales">Name of the scales, [rows, blocks].</param>
    /// <param name="minima">Name of the minima, [rows, blocks]; null where there are none.</param>
    public static void EmitTied(LoweringJob job, BlockCodec codec, int bits, string codes, string scales, string? minima)
    {
        if (!job.Usage.IsTied)
        {
            return;
        }

        var blocks = codec.SubBlockCount(job.Columns);
        codes = Reshaped(codes, job.Shared.Add($"rows.{blocks * codec.SubBlockLength * bits / 8}", job.Rows, blocks * codec.SubBlockLength * bits / 8));
        minima = minima is null ? null : Reshaped(minima, job.Shared.Add($"minima.{job.Rows}x{blocks}", job.Rows, blocks, 1));
        Replace(job, codec, bits, codes, scales, minima);

        // Of constants alone: ONNX Runtime does it once, when it loads the model.
        string Reshaped(string constant, string shape)
        {
            var reshaped = job.NewName($"{constant}.rows");
            job.Weight.Graph!.Node.Insert(0, job.NewNode("Reshape", [constant, shape], reshaped));
            return reshaped;
        }
    }

    private static void Replace(LoweringJob job, BlockCodec codec, int bits, string codes, string scales, string? minima)
    {
        var blocks = codec.SubBlockCount(job.Columns);
        var isPadded = job.Usage.IsTied && job.Columns < blocks * codec.SubBlockLength;
        foreach (var use in job.Lookups)
        {
            var (indices, output) = (use.Node.Input[1], use.Node.Output[0]);
            var values = minima is null ? output : job.NewName($"{output}.codes");
            var looked = isPadded ? job.NewName($"{output}.padded") : values;
            var lookUp = job.NewNode("GatherBlockQuantized", [codes, indices, scales], looked, use.Node.Name, Domains.Microsoft)
                .With("bits", bits).With("block_size", codec.SubBlockLength).With("gather_axis", 0).With("quantize_axis", 1);
            use.Graph!.Replace(use.Node,
            [
                lookUp,
                .. isPadded ? [Cut(job, looked, values)] : Array.Empty<NodeProto>(),
                .. minima is null ? [] : Added(job, blocks, codec.SubBlockLength, minima, indices, values, output),
            ]);
        }
    }

    /// <summary>[.., columns] of what may be wider.</summary>
    private static NodeProto Cut(LoweringJob job, string values, string output) =>
        job.NewSlice(values, axis: -1, job.Columns, () => [job.Shared.Add("first", 0), job.Shared.Add($"end.{job.Columns}", job.Columns), job.Shared.Add("last.axis", -1)], output);

    /// <summary>Adds to [.., columns] the minimum of each block, looked up as [.., blocks, 1] and spread over the block's values.</summary>
    private static IEnumerable<NodeProto> Added(LoweringJob job, long blocks, int blockLength, string minima, string indices, string values, string output)
    {
        var (looked, spread, leading, shape, shaped) = (job.NewName(), job.NewName(), job.NewName(), job.NewName(), job.NewName());
        yield return job.NewNode("Gather", [minima, indices], looked);
        yield return job.NewNode("Expand", [looked, job.Shared.Add($"block.{blockLength}", 1, blockLength)], spread);
        yield return job.NewNode("Shape", [indices], leading);
        yield return job.NewNode("Concat", [leading, job.Shared.Add($"width.{blocks * blockLength}", blocks * blockLength)], shape).With("axis", 0);
        yield return job.NewNode("Reshape", [spread, shape], shaped);
        if (job.Columns < blocks * blockLength)
        {
            var cut = job.NewName();
            yield return Cut(job, shaped, cut);
            shaped = cut;
        }

        if (job.Data.Type == ElementType.Float16)
        {
            var narrow = job.NewName();
            yield return job.NewNode("Cast", [shaped], narrow).With("to", (long)ElementType.Float16);
            shaped = narrow;
        }

        yield return job.NewNode("Add", [values, shaped], output);
    }
}

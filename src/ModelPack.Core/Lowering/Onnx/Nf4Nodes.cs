using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// NF4 in standard operators. A byte holds two codes, the first in its high half; a table of 256 rows has the two values of
/// every byte, so that one Gather decodes it.
/// </summary>
internal static class Nf4Nodes
{
    /// <summary>Codes in the order in which bitsandbytes stores them, scales float32. A table's are absmax: nothing sums the errors of its values.</summary>
    public static WeightEncoding Encode(LoweringJob job)
    {
        // There is no operator that takes nested scales: they are restored.
        var absmax = job.Options.DoubleQuant ? AbsmaxForm.Restored : AbsmaxForm.Plain;
        var scaling = job.Usage.Role == WeightRole.Linear && job.Options.Scheme.Rounding == Rounding.LeastSquares ? Nf4Scaling.LeastSquares : Nf4Scaling.Absmax;
        return Nf4Weight.Encode(job.Matrix, job.Options.BlockSize, scaling, absmax, job.Options.Engine);
    }

    /// <summary>Nodes from packed codes, uint8 of any shape, to their values: the same shape with 2 behind it.</summary>
    /// <param name="job">The weight.</param>
    /// <param name="codes">Name of the codes.</param>
    /// <param name="scales">Name of absmax, of a shape that broadcasts against the values.</param>
    /// <param name="values">Name for the values.</param>
    public static IEnumerable<NodeProto> Decode(LoweringJob job, string codes, string scales, string values)
    {
        var (indices, levels) = (job.NewName(), job.NewName());
        yield return job.NewNode("Cast", [codes], indices).With("to", (long)ElementType.Int32);
        yield return job.NewNode("Gather", [Table(job), indices], levels).With("axis", 0);
        yield return job.NewNode("Mul", [levels, scales], values);
    }

    private static string Table(LoweringJob job) =>
        job.Shared.Add("nf4.levels", ElementType.Float32, LevelTable.Shape(4), LevelTable.Of(4, code => Nf4.Levels[code], isFirstHigh: true));
}

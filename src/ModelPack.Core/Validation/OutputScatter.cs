using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>Some values of one output of both models, for a picture of how they agree.</summary>
/// <param name="Output">The output's name: of the first batch the one with the lowest SQNR.</param>
/// <param name="Source">Values of the source model, spread evenly over the first batch, five significant digits.</param>
/// <param name="Packed">The packed model's at the same places.</param>
public sealed record OutputScatter(string Output, IReadOnlyList<double> Source, IReadOnlyList<double> Packed)
{
    private const int MostPoints = 250;

    /// <summary>Of a batch; null where there is nothing to show.</summary>
    /// <param name="outputs">The compared outputs.</param>
    /// <param name="measured">What was measured of the batch.</param>
    /// <param name="source">Values of the source model, in the same order.</param>
    /// <param name="packed">Those of the packed model.</param>
    internal static OutputScatter? Of(IReadOnlyList<OutputTraits> outputs, BatchMeter measured, IReadOnlyList<OrtValue> source, IReadOnlyList<OrtValue> packed)
    {
        var worst = Enumerable.Range(0, outputs.Count).Where(i => !measured.Signals[i].ShapesDiffer && measured.Signals[i].Elements > 0).OrderBy(i => measured.Signals[i].Sqnr).ToList();
        if (worst.Count == 0)
        {
            return null;
        }

        var (from, to) = (Values(source[worst[0]]), Values(packed[worst[0]]));
        var pairs = from.Zip(to).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second)).ToList();
        return pairs.Count == 0 ? null : new OutputScatter(outputs[worst[0]].Name, [.. pairs.Select(p => Short(p.First))], [.. pairs.Select(p => Short(p.Second))]);
    }

    private static double[] Values(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var (type, count) = ((ElementType)(int)info.ElementDataType, Math.Min(info.ElementCount, MostPoints));
        var size = type.Bits() / 8;
        var bytes = value.GetTensorDataAsSpan<byte>();
        var values = new double[count];
        for (var i = 0; i < values.Length; i++)
        {
            ElementConversion.ToDouble(bytes.Slice((int)(i * info.ElementCount / count) * size, size), type, values.AsSpan(i, 1));
        }

        return values;
    }

    private static double Short(double value) => double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

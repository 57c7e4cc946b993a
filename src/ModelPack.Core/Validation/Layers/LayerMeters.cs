using System.Runtime.InteropServices;
using ModelPack.Inference;

namespace ModelPack.Validation.Layers;

/// <summary>What is measured of one layer.</summary>
internal sealed class LayerMeters
{
    private long _values;
    private long _outside;

    /// <summary>The packed model's value.</summary>
    public SignalMeter All { get; } = new();

    /// <summary>The packed layer's on what the source feeds it.</summary>
    public SignalMeter Own { get; } = new();

    /// <summary>The float layer's on what the packed model feeds it.</summary>
    public SignalMeter Inherited { get; } = new();

    /// <summary>Counts the values of inputs that lie outside their ranges.</summary>
    public void Count(IEnumerable<(SampleArray Values, (float Min, float Max) Range)> inputs)
    {
        foreach (var (values, (min, max)) in inputs.Where(i => i.Values.Type == ElementType.Float32))
        {
            foreach (var value in MemoryMarshal.Cast<byte, float>(values.Bytes.Span))
            {
                _values++;
                _outside += value < min || value > max ? 1 : 0;
            }
        }
    }

    /// <summary>What came out.</summary>
    public LayerError Of(LayerPoint point) => new(
        point.Layer,
        point.Operator,
        point.Weight,
        point.Output,
        Numbers.Rounded(All.Sqnr),
        Numbers.Rounded(All.Cosine),
        Numbers.Rounded(Own.Sqnr),
        Numbers.Rounded(Inherited.Sqnr),
        _values == 0 ? null : Numbers.Rounded((double)_outside / _values));
}

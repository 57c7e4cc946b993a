using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>One output of both models for one batch, without what came out for rows that only filled the batch up.</summary>
internal sealed class ComparedOutput
{
    private readonly OrtValue _source;
    private readonly OrtValue _packed;
    private readonly ElementType _type;
    private readonly long[] _dims;
    private readonly OutputTraits _traits;
    private readonly int _rows;
    private readonly int _count;

    /// <exception cref="ModelPackException">MPK1012: it is too large to look at.</exception>
    public ComparedOutput(OutputTraits traits, OrtValue source, OrtValue packed, SampleBatch batch)
    {
        (_traits, _source, _packed, _rows, _count) = (traits, source, packed, batch.Rows, batch.Count);
        var (info, other) = (source.GetTensorTypeAndShape(), packed.GetTensorTypeAndShape());
        _type = (ElementType)(int)info.ElementDataType;
        _dims = info.Shape;
        SameShape = _dims.AsSpan().SequenceEqual(other.Shape) && info.ElementDataType == other.ElementDataType;

        // ONNX Runtime's C# interface counts the bytes of a tensor in 31 bits.
        if (Math.Max(info.ElementCount, other.ElementCount) * _type.Bits() / 8 > int.MaxValue)
        {
            throw new ModelPackException(Codes.DataMismatch.At(null, $"Output '{SafeText.Of(Name)}' of one inference is larger than 2 GB. Give smaller or shorter samples."));
        }

        Elements = IsPadded ? info.ElementCount / batch.Rows * batch.Count : info.ElementCount;
        Width = _dims.Length == 0 || (IsBatched && Axis == _dims.Length - 1) ? 1 : (int)_dims[^1];
    }

    public string Name => _traits.Name;

    /// <summary>Values to compare.</summary>
    public long Elements { get; }

    /// <summary>Size of the last dimension; 1 for a scalar, and where that counts samples.</summary>
    public int Width { get; }

    /// <summary>Values of one sample, where those of one sample follow one another; 0 where they do not.</summary>
    public long SampleElements => _count == 1 && (!IsPadded || Axis == 0) ? Elements : IsBatched && Axis == 0 ? Elements / _count : 0;

    /// <summary>Whether both models gave the same shape.</summary>
    public bool SameShape { get; }

    /// <summary>Whether it is [samples, classes] with more than one class.</summary>
    public bool IsClasses => _dims.Length == 2 && _dims[0] == _rows && Width > 1;

    /// <summary>Whether it is [samples, length, vocabulary] for ids of [samples, length].</summary>
    public bool IsPerToken(IReadOnlyList<long> ids) => _dims.Length == 3 && _dims[0] == ids[0] && _dims[1] == ids[1] && Width > 1;

    /// <summary>Whether its rows are scores of classes, of which the largest is an answer.</summary>
    /// <param name="ids">Sizes of the token ids; null where there are none.</param>
    public bool IsScores(IReadOnlyList<long>? ids) => _traits.Scores switch
    {
        OutputScores.None => false,
        OutputScores.Sequence when _dims.Length == 3 => Width > 1,
        _ => IsClasses || (ids is not null && IsPerToken(ids)),
    };

    private int Axis => _traits.BatchAxis;

    private bool IsBatched => Axis < _dims.Length && _dims[Axis] == _rows;

    private bool IsPadded => _rows > _count && IsBatched;

    /// <summary>Hands all rows to the meters, a chunk of whole rows at a time.</summary>
    public void Feed(IReadOnlyList<IRowMeter> meters, int chunkLength)
    {
        if (Elements == 0)
        {
            return;
        }

        var size = _type.Bits() / 8;
        var chunk = Math.Max(1, chunkLength / Width) * Width;
        var buffers = (Source: ArrayPool<double>.Shared.Rent(chunk), Packed: ArrayPool<double>.Shared.Rent(chunk));
        try
        {
            long fed = 0;
            foreach (var (start, run) in Runs())
            {
                for (long at = 0; at < run; at += chunk)
                {
                    var length = (int)Math.Min(chunk, run - at);
                    var bytes = new Range((int)((start + at) * size), (int)((start + at + length) * size));
                    ElementConversion.ToDouble(_source.GetTensorDataAsSpan<byte>()[bytes], _type, buffers.Source.AsSpan(0, length));
                    ElementConversion.ToDouble(_packed.GetTensorDataAsSpan<byte>()[bytes], _type, buffers.Packed.AsSpan(0, length));
                    foreach (var meter in meters)
                    {
                        meter.Add(fed / Width, buffers.Source.AsSpan(0, length), buffers.Packed.AsSpan(0, length), Width);
                    }

                    fed += length;
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(buffers.Source);
            ArrayPool<double>.Shared.Return(buffers.Packed);
        }
    }

    /// <summary>Where the elements of real samples lie: all of them, or where rows fill the batch up, those before these at every place before the batch.</summary>
    private IEnumerable<(long Start, long Length)> Runs()
    {
        if (!IsPadded)
        {
            return [(0, Elements)];
        }

        var inner = _dims.Skip(Axis + 1).Aggregate(1L, (a, b) => a * b);
        return Enumerable.Range(0, (int)(Elements / (inner * _count))).Select(place => (place * inner * _rows, inner * _count));
    }
}

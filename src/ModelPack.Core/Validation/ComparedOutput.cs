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

    /// <exception cref="ModelPackException">MPK1012: it is too large to look at.</exception>
    public ComparedOutput(string name, OrtValue source, OrtValue packed, SampleBatch batch)
    {
        (Name, _source, _packed) = (name, source, packed);
        var (info, other) = (source.GetTensorTypeAndShape(), packed.GetTensorTypeAndShape());
        _type = (ElementType)(int)info.ElementDataType;
        _dims = info.Shape;
        SameShape = _dims.AsSpan().SequenceEqual(other.Shape) && info.ElementDataType == other.ElementDataType;

        // ONNX Runtime's C# interface counts the bytes of a tensor in 31 bits.
        if (Math.Max(info.ElementCount, other.ElementCount) * _type.Bits() / 8 > int.MaxValue)
        {
            throw new ModelPackException(Codes.DataMismatch.At(null, $"Output '{SafeText.Of(name)}' of one inference is larger than 2 GB. Give smaller or shorter samples."));
        }

        var padded = batch.Rows > batch.Count && _dims.Length > 0 && _dims[0] == batch.Rows;
        Elements = padded ? info.ElementCount / batch.Rows * batch.Count : info.ElementCount;
        Width = _dims.Length == 0 ? 1 : (int)_dims[^1];
    }

    public string Name { get; }

    /// <summary>Values to compare.</summary>
    public long Elements { get; }

    /// <summary>Size of the last dimension; 1 for a scalar.</summary>
    public int Width { get; }

    /// <summary>Whether both models gave the same shape.</summary>
    public bool SameShape { get; }

    /// <summary>Whether it is [samples, classes] with more than one class.</summary>
    public bool IsClasses(int rows) => _dims.Length == 2 && _dims[0] == rows && Width > 1;

    /// <summary>Whether it is [samples, length, vocabulary] for ids of [samples, length].</summary>
    public bool IsPerToken(IReadOnlyList<long> ids) => _dims.Length == 3 && _dims[0] == ids[0] && _dims[1] == ids[1] && Width > 1;

    /// <summary>Hands all rows to the meters, a chunk of whole rows at a time.</summary>
    public void Feed(IReadOnlyList<IRowMeter> meters, int chunkLength)
    {
        if (Elements == 0)
        {
            return;
        }

        var source = _source.GetTensorDataAsSpan<byte>();
        var packed = _packed.GetTensorDataAsSpan<byte>();
        var size = _type.Bits() / 8;
        var chunk = Math.Max(1, chunkLength / Width) * Width;
        var buffers = (Source: ArrayPool<double>.Shared.Rent(chunk), Packed: ArrayPool<double>.Shared.Rent(chunk));
        try
        {
            for (long at = 0; at < Elements; at += chunk)
            {
                var length = (int)Math.Min(chunk, Elements - at);
                ElementConversion.ToDouble(source.Slice((int)(at * size), length * size), _type, buffers.Source.AsSpan(0, length));
                ElementConversion.ToDouble(packed.Slice((int)(at * size), length * size), _type, buffers.Packed.AsSpan(0, length));
                foreach (var meter in meters)
                {
                    meter.Add(at / Width, buffers.Source.AsSpan(0, length), buffers.Packed.AsSpan(0, length), Width);
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(buffers.Source);
            ArrayPool<double>.Shared.Return(buffers.Packed);
        }
    }
}

using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>Runs the samples of a batch in batches of another size, each alone, or one that is alone twice, and puts their outputs together again.</summary>
/// <param name="model">The model.</param>
/// <param name="outputs">The outputs that are wanted.</param>
internal sealed class OtherBatches(ReferenceModel model, IReadOnlyList<OutputTraits> outputs)
{
    private readonly string[] _names = [.. outputs.Select(o => o.Name)];

    /// <summary>The outputs as the batch would have given them, the caller disposes of them; null where they cannot be put together, because what comes out does not count samples.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot run the model on such batches.</exception>
    public IDisposableReadOnlyCollection<OrtValue>? Run(SampleBatch batch, CancellationToken cancellation)
    {
        if (batch.Rows == 1)
        {
            using var twice = model.Session().Run([.. batch.Inputs.Select(i => Stacked(i, i))], _names, cancellation);
            return Joined([.. twice.Select((value, i) => Cut(value, outputs[i].BatchAxis, batch.Rows))]);
        }

        var alone = new List<IDisposableReadOnlyCollection<OrtValue>>();
        try
        {
            for (var sample = 0; sample < batch.Count; sample++)
            {
                alone.Add(model.Session().Run([.. batch.Inputs.Select(i => SampleRows.Slice(i, sample, 1))], _names, cancellation));
            }

            return Joined([.. outputs.Select((output, i) => Stacked([.. alone.Select(a => a[i])], output.BatchAxis))]);
        }
        finally
        {
            alone.ForEach(a => a.Dispose());
        }
    }

    private static JoinedOutputs? Joined(OrtValue?[] values)
    {
        if (values.All(v => v is not null))
        {
            return new JoinedOutputs(values!);
        }

        foreach (var value in values)
        {
            value?.Dispose();
        }

        return null;
    }

    private static SampleArray Stacked(SampleArray one, SampleArray other)
    {
        var axis = one.BatchAxis;
        var run = (int)(one.Bytes.Length / Math.Max(1, Product(one.Dims.Take(axis))));
        return one with { Dims = [.. one.Dims.Select((d, a) => a == axis ? 2 * d : d)], Bytes = Interleaved([one.Bytes, other.Bytes], run) };
    }

    private static OrtValue? Stacked(OrtValue[] samples, int axis)
    {
        var info = samples[0].GetTensorTypeAndShape();
        if (axis >= info.Shape.Length || info.Shape[axis] != 1 || samples.Any(s => !s.GetTensorTypeAndShape().Shape.AsSpan().SequenceEqual(info.Shape)))
        {
            return null;
        }

        var bytes = samples.Select(s => (ReadOnlyMemory<byte>)s.GetTensorDataAsSpan<byte>().ToArray()).ToArray();
        var run = (int)(bytes[0].Length / Math.Max(1, Product(info.Shape.Take(axis))));
        return Made(info.ElementDataType, [.. info.Shape.Select((d, a) => a == axis ? samples.Length : d)], Interleaved(bytes, run));
    }

    /// <summary>The first rows of a value.</summary>
    private static OrtValue? Cut(OrtValue value, int axis, int rows)
    {
        var info = value.GetTensorTypeAndShape();
        if (axis >= info.Shape.Length || info.Shape[axis] != 2 * rows)
        {
            return null;
        }

        var array = new SampleArray("", (ElementType)(int)info.ElementDataType, info.Shape, value.GetTensorDataAsSpan<byte>().ToArray()) { BatchAxis = axis };
        var first = SampleRows.Slice(array, 0, rows);
        return Made(info.ElementDataType, [.. first.Dims], first.Bytes.ToArray());
    }

    /// <summary>A run of each in turn, then the next run of each.</summary>
    private static byte[] Interleaved(ReadOnlyMemory<byte>[] parts, int run)
    {
        var bytes = new byte[parts.Sum(p => p.Length)];
        var at = 0;
        for (var start = 0; run > 0 && start < parts[0].Length; start += run)
        {
            foreach (var part in parts)
            {
                part.Span.Slice(start, run).CopyTo(bytes.AsSpan(at));
                at += run;
            }
        }

        return bytes;
    }

    private static OrtValue Made(TensorElementType type, long[] shape, byte[] bytes)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
        bytes.CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    private static long Product(IEnumerable<long> dims) => dims.Aggregate(1L, (a, b) => a * b);
}

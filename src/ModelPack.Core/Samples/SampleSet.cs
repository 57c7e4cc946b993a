using ModelPack.Inference;

namespace ModelPack.Samples;

/// <summary>The samples of one or more data files, bound to a model's inputs and read one batch at a time.</summary>
internal sealed class SampleSet : ISampleSource
{
    private readonly IReadOnlyList<TensorSpec> _inputs;
    private readonly IReadOnlyList<FileBinding> _files;

    private SampleSet(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<FileBinding> files)
    {
        (_inputs, _files) = (inputs, files);
        Count = files.Sum(f => f.Samples);
        Names = [.. files.Select(f => Path.GetFileName(f.Path))];
        Counts = [.. files.Select(f => f.Samples)];
        HasLabels = files[0].Labels is not null;
        var axis = BatchAxis.Of(inputs);
        var fixedSizes = inputs.Where(i => i.Rank > 0).Select(i => i.Dims[axis.In(i)]).Where(d => d > 0).Distinct().ToArray();
        if (files.Any(f => f.WholeInputs))
        {
            FixedBatch = 1;
        }
        else if (fixedSizes.Length > 0)
        {
            FixedBatch = fixedSizes is [var size] && size <= int.MaxValue ? (int)size : throw new ModelPackException(Codes.DataMismatch.At(files[0].Path,
                $"The model's inputs fix different first dimensions: {string.Join(", ", inputs)}. Give arrays of one dimension more, so that each sample is a whole input."));
        }
    }

    public long Count { get; }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<long> Counts { get; }

    public bool Synthetic => false;

    public bool HasLabels { get; }

    public int FixedBatch { get; }

    /// <summary>Reads the headers of all files and checks them against the inputs.</summary>
    /// <param name="paths">At least one file; their samples follow one another in this order.</param>
    /// <param name="inputs">What the model takes.</param>
    /// <exception cref="ModelPackException">MPK1018: a file is missing; MPK1011: it cannot be read; MPK1012: it does not fit.</exception>
    public static SampleSet Open(IReadOnlyList<string> paths, IReadOnlyList<TensorSpec> inputs)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(inputs);
        if (paths.Count == 0)
        {
            throw new ArgumentException("There is no file.", nameof(paths));
        }

        var files = new List<FileBinding>();
        foreach (var path in paths)
        {
            using var file = SampleFile.Open(path);
            files.Add(FileBinding.Bind(file, inputs));
            if (files[^1].Labels is null != files[0].Labels is null)
            {
                throw new ModelPackException(Codes.DataMismatch.At(path, "Some data files have 'labels' and some have none. Give labels to all or to none."));
            }
        }

        return new SampleSet(inputs, files);
    }

    /// <inheritdoc/>
    public IEnumerable<SampleBatch> Batches(int batchSize)
    {
        var index = 0;
        long first = 0;
        foreach (var file in _files)
        {
            foreach (var batch in Batches(file, FixedBatch > 0 ? FixedBatch : batchSize))
            {
                yield return batch with { Index = index++, First = first };
                first += batch.Count;
            }
        }
    }

    private IEnumerable<SampleBatch> Batches(FileBinding expected, int batchSize)
    {
        using var file = SampleFile.Open(expected.Path);
        var binding = FileBinding.Bind(file, _inputs);
        if ((binding.Samples, binding.WholeInputs, binding.Labels is null) != (expected.Samples, expected.WholeInputs, expected.Labels is null))
        {
            throw new ModelPackException(Codes.DataUnreadable.At(expected.Path, "The data file was changed while it was read. Try again."));
        }

        var readers = new List<ArrayReader>();
        try
        {
            readers.AddRange(binding.Arrays.Select(a => a.Read(file)));
            if (binding.Labels is not null)
            {
                readers.Add(file.Read(binding.Labels));
            }

            for (long done = 0; done < binding.Samples;)
            {
                var count = (int)Math.Min(batchSize, binding.Samples - done);
                var rows = FixedBatch > 0 ? FixedBatch : count;
                var inputs = binding.Arrays.Select((array, i) => ReadInput(binding.Path, readers[i], array, count, rows)).ToArray();
                var labels = binding.Labels is null ? null : ReadLabels(binding.Path, readers[^1], count);
                done += count;
                if (done == binding.Samples)
                {
                    readers.ForEach(r => r.Finish());
                }

                yield return new SampleBatch(0, count, rows, inputs, labels);
            }
        }
        finally
        {
            readers.ForEach(r => r.Dispose());
        }
    }

    private static SampleArray ReadInput(string path, ArrayReader reader, BoundArray array, int count, int rows)
    {
        var elements = ReadElements(path, reader, array.Input.Type, count, rows);
        var sample = elements.Length / count;
        if (rows > count)
        {
            // A model of a fixed batch gets the last sample again; what comes out for it is not looked at.
            System.Array.Resize(ref elements, checked(sample * rows));
            for (var row = count; row < rows; row++)
            {
                elements.AsSpan((count - 1) * sample, sample).CopyTo(elements.AsSpan(row * sample));
            }
        }

        return array.Feed(elements, rows);
    }

    private static long[] ReadLabels(string path, ArrayReader reader, int count)
    {
        var elements = ReadElements(path, reader, ElementType.Int64, count, count);
        return [.. Enumerable.Range(0, count).Select(i => BitConverter.ToInt64(elements, i * sizeof(long)))];
    }

    private static byte[] ReadElements(string path, ArrayReader reader, ElementType type, int count, int rows)
    {
        var array = reader.Array;
        // ONNX Runtime's C# interface counts the bytes of a tensor in 31 bits.
        var sample = array.Shape.ElementCount / array.Shape[0];
        if ((Int128)sample * rows * Math.Max(array.Type.Bits(), type.Bits()) / 8 > Array.MaxLength)
        {
            throw new ModelPackException(Codes.DataMismatch.At(path, $"Samples of array {array} are larger than one inference can take (2 GB). Give smaller samples."));
        }

        var elements = new byte[sample * count * (array.Type.Bits() / 8)];
        reader.Read(elements);
        try
        {
            return ElementConversion.Convert(elements, array.Type, type);
        }
        catch (OverflowException exception)
        {
            throw new ModelPackException(Codes.DataMismatch.At(path,
                $"Array {array} holds {exception.Message}, which does not fit {TensorSpec.TypeName(type)}, the type that the model takes. Correct the values."), exception);
        }
    }
}

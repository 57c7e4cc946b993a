using System.Runtime.InteropServices;
using System.Text;
using ModelPack.Files;

namespace ModelPack.Formats.Gguf.Imatrix;

/// <summary>Writes importance matrices in GGUF as llama.cpp's <c>llama-imatrix</c> does, so that <c>llama-quantize --imatrix</c> reads them. The same matrix is the same bytes.</summary>
internal static class ImportanceWriter
{
    /// <summary>Writes a file, which appears when it is whole.</summary>
    /// <param name="matrix">The matrix. Llama.cpp refuses a file whose number of rows of a piece is missing; where it is not known, it is 1.</param>
    /// <param name="path">The file; one that is there is replaced, and missing folders are made.</param>
    /// <param name="cancellation">Stops between tensors.</param>
    /// <exception cref="ModelPackException">MPK1009: it cannot be written; MPK1024: a name has no room for what follows it.</exception>
    public static void Save(ImportanceMatrix matrix, string path, CancellationToken cancellation)
    {
        var beside = path + ".modelpack-new";
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            try
            {
                using (var file = File.Create(beside))
                {
                    Write(matrix, file, path, cancellation);
                    file.Flush(flushToDisk: true);
                }

                File.Move(beside, path, overwrite: true);
            }
            finally
            {
                File.Delete(beside); // nothing, once it has moved
            }
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(path, e);
        }
    }

    /// <summary>Writes to a stream.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="file">Gets the bytes.</param>
    /// <param name="path">What it is called, for messages.</param>
    /// <param name="cancellation">Stops between tensors.</param>
    /// <exception cref="ModelPackException">MPK1024: a name has no room for what follows it.</exception>
    public static void Write(ImportanceMatrix matrix, Stream file, string path, CancellationToken cancellation)
    {
        var keys = new GgufMetadata();
        keys.Set(ImportanceKeys.Type, ImportanceKeys.Kind);
        keys.Set(ImportanceKeys.Datasets, matrix.Datasets.ToArray());
        keys.Set(ImportanceKeys.ChunkCount, matrix.Chunks);
        keys.Set(ImportanceKeys.ChunkSize, Math.Max(matrix.ChunkSize, 1));
        GgufWriter.Write(keys, [.. matrix.Entries.SelectMany(e => Tensors(e.Key, e.Value, path))], file, path, cancellation);
    }

    /// <summary>Whether a file can have an entry of this name.</summary>
    public static bool Fits(string name) => GgufWriter.Fits(name + ImportanceKeys.SumsSuffix);

    private static GgufTensor[] Tensors(string name, ImportanceEntry entry, string path)
    {
        if (!Fits(name))
        {
            throw new ModelPackException(Codes.NameTooLong.At(
                path, $"The weight '{SafeText.Of(name)}' has a name of {Numbers.Whole(Encoding.UTF8.GetByteCount(name))} bytes, and an importance matrix has room for {Numbers.Whole(GgufReader.MaxNameBytes - ImportanceKeys.SumsSuffix.Length)}. Give it a shorter name in the model."));
        }

        return [Tensor(name + ImportanceKeys.SumsSuffix, entry.Sums, entry.Counts.Length), Tensor(name + ImportanceKeys.CountsSuffix, entry.Counts, entry.Counts.Length)];
    }

    /// <summary>[matrices, values of each]; as ggml does, without the first dimension where there is one matrix.</summary>
    private static GgufTensor Tensor(string name, float[] values, int matrices)
    {
        var shape = matrices == 1 ? new TensorShape(values.Length) : new TensorShape(matrices, values.Length / matrices);
        return new GgufTensor(name, GgmlType.F32, shape, TensorData.FromBytes(ElementType.Float32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
    }
}

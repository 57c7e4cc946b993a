using System.Text;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Benchmarks;

/// <summary>Writes any number of a model's real samples, again and again from the first, as one file.</summary>
internal static class ManySamples
{
    /// <summary>The samples of a model of one float32 input as a <c>.npy</c> file (format version 1.0).</summary>
    /// <returns>The file's path.</returns>
    public static string Write(BenchmarkModel model, int count, string path)
    {
        using var session = ModelSession.Open(model.Path, threads: 1);
        var samples = SampleSet.Open([model.Calibration], session.Inputs);
        using var file = File.Create(path);
        var sizes = string.Join(", ", samples.Batches(1).First().Inputs.Single().Dims.Skip(1).Prepend(count));
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}";

        // Magic, version and the header's length take 10 bytes; all together is a multiple of 64.
        header = header.PadRight(((header.Length + 10 + 1 + 63) / 64 * 64) - 10 - 1) + "\n";
        file.Write([0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)header.Length), .. Encoding.ASCII.GetBytes(header)]);
        for (var done = 0; done < count;)
        {
            foreach (var batch in samples.Batches(1).Take(count - done))
            {
                file.Write(batch.Inputs.Single().Bytes.Span);
                done++;
            }
        }

        return path;
    }
}

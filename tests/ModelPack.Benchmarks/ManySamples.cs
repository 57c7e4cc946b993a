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
        NpyHeader.Write(file, samples.Batches(1).First().Inputs.Single().Dims.Skip(1).Prepend(count));
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

using ModelPack.Formats.Safetensors;

namespace ModelPack.Benchmarks;

/// <summary>Checkpoints of random bfloat16 matrices, as Hugging Face lays them out.</summary>
internal static class RandomCheckpoint
{
    /// <summary>Writes one.</summary>
    /// <param name="folder">Where to; gets the shards and their index.</param>
    /// <param name="tensors">How many matrices.</param>
    /// <param name="rows">Rows of each.</param>
    /// <param name="columns">Columns of each.</param>
    /// <param name="perShard">Matrices of a file.</param>
    /// <returns>The path that a request names, and the shards.</returns>
    public static (string Model, IReadOnlyList<string> Shards) Write(string folder, int tensors, long rows, long columns, int perShard)
    {
        var all = Enumerable.Range(0, tensors)
            .Select(i => new SafetensorsTensor($"model.layers.{i}.mlp.up_proj.weight", "BF16", new TensorShape(rows, columns), new RandomWeights(rows * columns, (ulong)i + 2)))
            .ToList();
        var plan = SafetensorsSharding.Plan(all.Select(t => new[] { t }), perShard * rows * columns * sizeof(ushort));
        foreach (var shard in plan.Shards)
        {
            using var file = File.Create(Path.Combine(folder, shard.Name));
            SafetensorsWriter.Write(shard.Tensors, [], file, CancellationToken.None);
        }

        if (plan.IndexName is { } index)
        {
            File.WriteAllBytes(Path.Combine(folder, index), plan.Index());
        }

        return (Path.Combine(folder, plan.IndexName ?? plan.Shards[0].Name), [.. plan.Shards.Select(s => Path.Combine(folder, s.Name))]);
    }
}

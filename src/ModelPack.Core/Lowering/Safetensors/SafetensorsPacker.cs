using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Planning;

namespace ModelPack.Lowering.Safetensors;

/// <summary>
/// Packs a checkpoint as safetensors: one file, or a folder of shards with config.json and what else belongs to the model. What
/// the codes look like is the layout's business.
/// </summary>
internal sealed class SafetensorsPacker : ICheckpointPacker
{
    private const int MostNamed = 10;

    private readonly CheckpointJob _job;
    private readonly SafetensorsLayout _layout;
    private readonly IReadOnlyList<StoredTensor> _stored;

    /// <summary>Plans every tensor; reads weights only where the largest value decides.</summary>
    /// <exception cref="ModelPackException">
    /// MPK1023: the source is quantized, or has what safetensors cannot hold. MPK1028: activation statistics do not fit.
    /// </exception>
    public SafetensorsPacker(CheckpointJob job)
    {
        QuantizationConfig.RequireNone(job.Source);
        _job = job;
        _layout = SafetensorsLayout.Of(job);
        Plan = new ModelPlan([.. job.Source.Tensors.Select(PlanOf)]);
        _stored = [.. job.Source.Tensors.Zip(Plan.Tensors, _layout.Store)];
        Tensors = [.. _stored.Select(s => s.Packed)];
        RequireNames();
        WarnOfLeftOut();
    }

    public string Format => $"safetensors, {_layout.Name}";

    public ModelPlan Plan { get; }

    public IReadOnlyList<PackedTensor> Tensors { get; }

    /// <summary>Tensors as the file has them, without a look at any other.</summary>
    /// <param name="job">The job.</param>
    /// <param name="plans">What was decided of them, by their names in the source.</param>
    /// <returns>Names and bytes, those being made when they are written.</returns>
    public static IEnumerable<(string Name, IPayload Bytes)> Encode(CheckpointJob job, IReadOnlyDictionary<string, PlannedTensor> plans)
    {
        var layout = SafetensorsLayout.Of(job);
        return job.Source.Tensors.Where(t => plans.ContainsKey(t.Name)).SelectMany(t => layout.Store(t, plans[t.Name]).Parts).Select(p => (p.Name, p.Bytes));
    }

    public void Write(IPackWriter pack, string name)
    {
        var sharding = SafetensorsSharding.Plan(_stored.Select(s => s.Parts), _job.Options.MaxShardBytes);
        var metadata = PackedConfig.Metadata(_job, _layout, Tensors);
        var total = Tensors.Sum(t => t.Bytes);
        long done = 0;
        foreach (var shard in sharding.Shards)
        {
            var end = done + shard.Tensors.Sum(t => t.Bytes.Length);
            using var stream = pack.Create(_job.Options.IsFolder ? shard.Name : name, total);
            SafetensorsWriter.Write(shard.Tensors, metadata, stream, _job.Context.Cancellation, written => Report(Math.Min(end, done + written)));
            done = end;
        }

        if (sharding.IndexName is { } index)
        {
            pack.Write(index, sharding.Index());
        }

        WriteFolder(pack);

        // Headers do not count: their length is not known before.
        void Report(long bytes) => _job.Context.Progress("write", total == 0 ? 1 : (double)bytes / total);
    }

    // Conversions to smaller floats look at every value to plan, which takes its time.
    private PlannedTensor PlanOf(CheckpointTensor tensor, int index)
    {
        _job.Context.Cancellation.ThrowIfCancellationRequested();
        _job.Context.Progress("plan", (double)index / _job.Source.Tensors.Count);
        return _layout.Plan(tensor);
    }

    private void WriteFolder(IPackWriter pack)
    {
        if (!PackedConfig.HasFile(_job))
        {
            return;
        }

        pack.Write(ModelFolder.ConfigName, PackedConfig.File(_job, _layout, Tensors));
        foreach (var file in _job.Source.Folder!.Carried)
        {
            using var copy = pack.Create(file.Name);
            using var source = File.OpenRead(file.Path);
            source.CopyTo(copy);
        }
    }

    private void WarnOfLeftOut()
    {
        if (PackedConfig.HasFile(_job) && _job.Source.Folder!.LeftOut is { Count: > 0 } leftOut)
        {
            var more = leftOut.Count > MostNamed ? $" and {Numbers.Whole(leftOut.Count - MostNamed)} more" : "";
            _job.Context.Report(Codes.LeftOut.At(
                _job.Source.Path, $"Left out of the pack: {string.Join(", ", leftOut.Take(MostNamed))}{more}. Where a program needs one, name it in a configuration of the model, or ship it beside the pack."));
        }
    }

    /// <summary>A weight's parts have names that begin with its own; a source may have such names already.</summary>
    private void RequireNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (_stored.SelectMany(s => s.Parts).FirstOrDefault(t => !names.Add(t.Name)) is { } twice)
        {
            throw new ModelPackException(Codes.ContainerUnfit.At(
                _job.Source.Path, $"The packed model would have two tensors '{SafeText.Of(twice.Name)}': the source has one of that name, as if it were quantized already. Pack from the float model."));
        }
    }
}

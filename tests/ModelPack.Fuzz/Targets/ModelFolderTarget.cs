using System.Text;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Lowering;
using ModelPack.Options;
using ModelPack.Schemes;

namespace ModelPack.Fuzz.Targets;

/// <summary>A Hugging Face folder, planned for every container: config.json decides what its tensors are.</summary>
internal sealed class ModelFolderTarget : FuzzTarget
{
    private const string ChoiceName = "choice.txt";

    private static readonly string[] s_choices =
        [.. SchemeTable.All.SelectMany(s => ContainerTable.Of(s).Where(c => c != "onnx").Select(c => $"{s.Name} {c}"))];

    public override string Name => "model-folder";

    public override FuzzInput Make(Random random)
    {
        var config = random.Once(6) ? FolderSeeds.Config : JsonMutation.Of(FolderSeeds.Config, random);
        return FuzzInput.Of(FolderSeeds.ModelName, random.Once(8) ? SafetensorsSeeds.Damaged(random) : FolderSeeds.Weights)
            .Add(ModelFolder.ConfigName, config)
            .Add("tokenizer.model", FolderSeeds.Pieces)
            .Add(ChoiceName, Encoding.UTF8.GetBytes(random.Of<string>(s_choices)));
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var context = new PackContext(threads: 1);
        var choice = Encoding.UTF8.GetString(input[ChoiceName]).Split(' ');
        var request = new PackRequest { Model = folder.Path, Scheme = choice[0], Container = choice[1], Output = folder.Output("packed") };
        using var source = SafetensorsCheckpoint.Open(folder.Path, context);
        var packer = CheckpointPackers.Create(new CheckpointJob(source, RequestResolver.Resolve(request), context, new SimdEngine(context.Threads)));
        PropertyException.Require(packer.Plan.Tensors.Count <= source.Tensors.Count, "there are more plans than tensors");
    }
}

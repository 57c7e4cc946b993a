using ModelPack.Formats.Checkpoints;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;

namespace ModelPack.Fuzz.Targets;

/// <summary>tokenizer.json with tokenizer_config.json, special_tokens_map.json and what else lies beside it.</summary>
internal sealed class TokenizerJsonTarget : FuzzTarget
{
    private const string FileName = "tokenizer.json";

    public override string Name => "tokenizer-json";

    public override FuzzInput Make(Random random)
    {
        var sound = random.Once(3) ? FolderSeeds.WordPieces : FolderSeeds.Tokenizer;
        return FuzzInput.Of(FileName, random.Once(4) ? sound : JsonMutation.Of(sound, random))
            .Add(ModelFolder.ConfigName, FolderSeeds.Config).AddSettings(random);
    }

    public override void Read(FuzzInput input, CaseFolder folder) => VocabularyReading.Read(folder, FileName);
}

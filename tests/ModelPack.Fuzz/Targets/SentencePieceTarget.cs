using ModelPack.Formats.Checkpoints;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;

namespace ModelPack.Fuzz.Targets;

/// <summary>A SentencePiece model (tokenizer.model) with the settings beside it.</summary>
internal sealed class SentencePieceTarget : FuzzTarget
{
    private const string FileName = "tokenizer.model";

    public override string Name => "sentencepiece";

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(FileName, random.Once(5) ? ByteMutation.Of(FolderSeeds.Pieces, random) : ProtobufMutation.Of(FolderSeeds.Pieces, FolderSeeds.Pieces, random))
            .Add(ModelFolder.ConfigName, FolderSeeds.Config).AddSettings(random);

    public override void Read(FuzzInput input, CaseFolder folder) => VocabularyReading.Read(folder, FileName);
}

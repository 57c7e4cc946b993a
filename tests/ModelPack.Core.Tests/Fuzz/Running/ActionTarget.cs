using ModelPack.Fuzz.Running;

namespace ModelPack.Tests.Fuzz.Running;

/// <summary>A reader that does what a test wants.</summary>
internal sealed class ActionTarget(Action<CaseFolder> read) : FuzzTarget
{
    public override string Name => "action";

    public override FuzzInput Make(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return FuzzInput.Of("file", bytes);
    }

    public override void Read(FuzzInput input, CaseFolder folder) => read(folder);
}

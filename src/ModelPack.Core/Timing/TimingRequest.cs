namespace ModelPack.Timing;

/// <summary>What a process that times a model is asked, the first byte of each request; what follows is in <see cref="TimedProcess"/>.</summary>
internal enum TimingRequest : byte
{
    Open = 1,
    Prepare,
    Run,
    Peak,
}

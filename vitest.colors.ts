// Nx asks for colours even where nobody looks, and what a test starts would write them into what the test reads.
delete process.env['FORCE_COLOR']
